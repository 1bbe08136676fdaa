-- platform
create schema auth;
grant usage on schema auth to anon, authenticated, service_role;
create table auth.users (id uuid primary key, email text, raw_user_meta_data jsonb default '{}');
create function auth.jwt() returns jsonb language sql stable as
$$ select coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$ select nullif(auth.jwt() ->> 'sub', '')::uuid $$;
create function auth.role() returns text language sql stable as $$ select auth.jwt() ->> 'role' $$;
grant usage on schema public to anon, authenticated, service_role;

-- Create enum for user roles
CREATE TYPE public.app_role AS ENUM ('admin', 'moderator', 'user');

-- Create user_roles table
CREATE TABLE public.user_roles (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID REFERENCES auth.users(id) ON DELETE CASCADE NOT NULL,
  role public.app_role NOT NULL,
  UNIQUE (user_id, role)
);
ALTER TABLE public.user_roles ENABLE ROW LEVEL SECURITY;

-- Security definer function to check roles (prevents recursive RLS)
CREATE OR REPLACE FUNCTION public.has_role(_user_id UUID, _role public.app_role)
RETURNS BOOLEAN LANGUAGE SQL STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT 1 FROM public.user_roles WHERE user_id = _user_id AND role = _role)
$$;
CREATE POLICY "Users can view their own roles" ON public.user_roles FOR SELECT USING (auth.uid() = user_id);
CREATE POLICY "Admins can manage roles" ON public.user_roles FOR ALL USING (public.has_role(auth.uid(), 'admin'));

-- Create profiles table
CREATE TABLE public.profiles (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id UUID NOT NULL UNIQUE REFERENCES auth.users(id) ON DELETE CASCADE,
  display_name TEXT, email TEXT, phone TEXT, avatar_url TEXT
);
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Public profiles are viewable by everyone" ON public.profiles FOR SELECT USING (true);
CREATE POLICY "Users can insert their own profile" ON public.profiles FOR INSERT WITH CHECK (auth.uid() = user_id);
CREATE POLICY "Users can update their own profile" ON public.profiles FOR UPDATE USING (auth.uid() = user_id);

-- Create categories table
CREATE TABLE public.categories (id SERIAL PRIMARY KEY, name TEXT NOT NULL, slug TEXT NOT NULL UNIQUE);
ALTER TABLE public.categories ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Categories are viewable by everyone" ON public.categories FOR SELECT USING (true);
CREATE POLICY "Only admins can modify categories" ON public.categories FOR ALL USING (public.has_role(auth.uid(), 'admin'));

-- Create products table
CREATE TABLE public.products (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  seller_id UUID NOT NULL REFERENCES auth.users(id),
  category_id INTEGER REFERENCES public.categories(id),
  title TEXT NOT NULL, price NUMERIC(10, 2) NOT NULL, stock INTEGER NOT NULL DEFAULT 0,
  images TEXT[] DEFAULT '{}', status TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'active', 'sold'))
);
CREATE INDEX idx_products_seller ON public.products (seller_id);
ALTER TABLE public.products ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Anyone can view active products" ON public.products FOR SELECT USING (status = 'active');
CREATE POLICY "Sellers can manage their products" ON public.products FOR ALL
  USING (auth.uid() = seller_id) WITH CHECK (auth.uid() = seller_id);

-- Create orders table
CREATE TABLE public.orders (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  buyer_id UUID NOT NULL REFERENCES auth.users(id),
  total NUMERIC(10, 2) NOT NULL, status TEXT NOT NULL DEFAULT 'pending', stripe_session TEXT
);
CREATE INDEX idx_orders_buyer ON public.orders (buyer_id);
ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users can view own orders" ON public.orders FOR SELECT USING (auth.uid() = buyer_id);
CREATE POLICY "Users can create orders" ON public.orders FOR INSERT WITH CHECK (auth.uid() = buyer_id);
CREATE POLICY "Service role can manage orders" ON public.orders FOR ALL USING (true);

-- Create order_items table
CREATE TABLE public.order_items (
  order_id UUID REFERENCES public.orders(id) ON DELETE CASCADE,
  product_id UUID REFERENCES public.products(id), quantity INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (order_id, product_id)
);
ALTER TABLE public.order_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users can view their order items" ON public.order_items FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM public.orders WHERE orders.id = order_items.order_id AND orders.buyer_id = (SELECT auth.uid())));
CREATE POLICY "Users can create order items" ON public.order_items FOR INSERT TO authenticated
  WITH CHECK (EXISTS (SELECT 1 FROM public.orders WHERE orders.id = order_items.order_id AND orders.buyer_id = (SELECT auth.uid())));

-- Create cart_items table
CREATE TABLE public.cart_items (
  user_id UUID NOT NULL REFERENCES auth.users(id), product_id UUID NOT NULL REFERENCES public.products(id),
  quantity INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (user_id, product_id)
);
ALTER TABLE public.cart_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users can manage their own cart" ON public.cart_items FOR ALL TO authenticated USING ((SELECT auth.uid()) = user_id);

-- Create coupons table
CREATE TABLE public.coupons (code TEXT PRIMARY KEY, percent SMALLINT NOT NULL, used INTEGER NOT NULL DEFAULT 0);
ALTER TABLE public.coupons ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Authenticated users can view coupons" ON public.coupons FOR SELECT USING (auth.role() = 'authenticated');

-- Create chat tables
CREATE TABLE public.room_participants (room_id UUID, user_id UUID NOT NULL, PRIMARY KEY (user_id, room_id));
ALTER TABLE public.room_participants ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Users can see their rooms" ON public.room_participants FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE TABLE public.chat_messages (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(), room_id UUID NOT NULL, sender_id UUID NOT NULL, body TEXT NOT NULL
);
ALTER TABLE public.chat_messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Participants can view messages" ON public.chat_messages FOR SELECT TO authenticated
  USING (EXISTS (SELECT 1 FROM public.room_participants WHERE room_participants.room_id = room_id AND user_id = auth.uid()));
CREATE POLICY "Participants can send messages" ON public.chat_messages FOR INSERT TO authenticated
  WITH CHECK (sender_id = (SELECT auth.uid()) AND EXISTS (
    SELECT 1 FROM public.room_participants p WHERE p.room_id = chat_messages.room_id AND p.user_id = (SELECT auth.uid())));

-- Create contact_messages table
CREATE TABLE public.contact_messages (id SERIAL PRIMARY KEY, name TEXT, email TEXT, message TEXT NOT NULL);
ALTER TABLE public.contact_messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Anyone can submit contact form" ON public.contact_messages FOR INSERT WITH CHECK (true);
CREATE POLICY "Admins can view contact messages" ON public.contact_messages FOR SELECT USING (public.has_role(auth.uid(), 'admin'));

-- Create reviews table
CREATE TABLE public.reviews (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(), product_id UUID REFERENCES public.products(id), user_id UUID NOT NULL,
  rating SMALLINT NOT NULL CHECK (rating >= 1 AND rating <= 5), comment TEXT
);
CREATE INDEX idx_reviews_user ON public.reviews (user_id);
ALTER TABLE public.reviews ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Reviews are viewable by everyone" ON public.reviews FOR SELECT USING (true);
CREATE POLICY "Users can create reviews" ON public.reviews FOR INSERT TO authenticated WITH CHECK ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can update own reviews" ON public.reviews FOR UPDATE TO authenticated USING ((SELECT auth.uid()) = user_id);
CREATE POLICY "Users can delete own reviews" ON public.reviews FOR DELETE TO authenticated USING ((SELECT auth.uid()) = user_id);

-- Create app_settings table
CREATE TABLE public.app_settings (key TEXT PRIMARY KEY, value JSONB NOT NULL);
ALTER TABLE public.app_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Enable all for admins" ON public.app_settings FOR ALL TO authenticated
  USING (((SELECT auth.jwt()) -> 'user_metadata' ->> 'role') = 'admin');

-- Create notifications table
CREATE TABLE public.notifications (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL, title TEXT NOT NULL, read BOOLEAN DEFAULT false
);
CREATE INDEX idx_notifications_user ON public.notifications (user_id);
ALTER TABLE public.notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY "System can insert notifications" ON public.notifications FOR INSERT WITH CHECK (true);
CREATE POLICY "Users can view own notifications" ON public.notifications FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY "Users can update own notifications" ON public.notifications FOR UPDATE TO authenticated USING (user_id = (SELECT auth.uid()));

-- Create payouts table
CREATE TABLE public.payouts (id SERIAL PRIMARY KEY, seller_id UUID NOT NULL, amount NUMERIC(10, 2) NOT NULL);
ALTER TABLE public.payouts ENABLE ROW LEVEL SECURITY;
CREATE POLICY "Admins only" ON public.payouts FOR ALL TO authenticated USING ((SELECT public.has_role(auth.uid(), 'admin')));

-- Functions
CREATE OR REPLACE FUNCTION public.handle_new_user() RETURNS TRIGGER LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO public.profiles (user_id, display_name, email) VALUES (NEW.id, NEW.raw_user_meta_data ->> 'display_name', NEW.email);
  INSERT INTO public.user_roles (user_id, role) VALUES (NEW.id, 'user');
  RETURN NEW;
END;
$$;
CREATE TRIGGER on_auth_user_created AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.handle_new_user();
CREATE OR REPLACE FUNCTION public.increment_coupon_use(_code TEXT) RETURNS VOID LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  UPDATE coupons SET used = used + 1 WHERE code = _code;
$$;
CREATE OR REPLACE FUNCTION public.get_seller_stats(_seller UUID) RETURNS BIGINT LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT SUM(oi.quantity) FROM order_items oi JOIN products p ON p.id = oi.product_id WHERE p.seller_id = _seller;
$$;
-- Run once to make the first admin
CREATE OR REPLACE FUNCTION public.make_admin(_email TEXT) RETURNS VOID LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO public.user_roles (user_id, role) SELECT id, 'admin' FROM auth.users WHERE email = _email ON CONFLICT DO NOTHING;
END;
$$;

-- View for the storefront
CREATE VIEW public.public_profiles AS SELECT id, display_name, avatar_url FROM public.profiles;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO anon, authenticated, service_role;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO anon, authenticated, service_role;

-- Sample data
INSERT INTO auth.users (id, email, raw_user_meta_data) VALUES
  ('11111111-1111-4111-8111-111111111111', 'amina@example.org', '{"display_name": "Amina"}'),
  ('22222222-2222-4222-8222-222222222222', 'sam@example.org', '{"display_name": "Sam"}'),
  ('33333333-3333-4333-8333-333333333333', 'root@example.org', '{}');
SELECT public.make_admin('root@example.org');
INSERT INTO public.categories (name, slug) VALUES ('Books', 'books');
INSERT INTO public.products (id, seller_id, category_id, title, price, status) VALUES
  ('a0000000-0000-4000-8000-000000000001', '22222222-2222-4222-8222-222222222222', 1, 'Atlas', 20, 'active'),
  ('a0000000-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222', 1, 'Novel', 8, 'draft');
INSERT INTO public.orders (id, buyer_id, total) VALUES
  ('b0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 20),
  ('b0000000-0000-4000-8000-000000000002', '33333333-3333-4333-8333-333333333333', 20);
INSERT INTO public.order_items SELECT id, 'a0000000-0000-4000-8000-000000000001' FROM public.orders;
INSERT INTO public.cart_items VALUES
  ('11111111-1111-4111-8111-111111111111', 'a0000000-0000-4000-8000-000000000001'),
  ('33333333-3333-4333-8333-333333333333', 'a0000000-0000-4000-8000-000000000001');
INSERT INTO public.coupons (code, percent) VALUES ('HELLO', 10);
INSERT INTO public.room_participants VALUES
  ('c0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111'),
  ('c0000000-0000-4000-8000-000000000001', '22222222-2222-4222-8222-222222222222'),
  ('c0000000-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222');
INSERT INTO public.chat_messages (room_id, sender_id, body) VALUES
  ('c0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 'Is it still there?'),
  ('c0000000-0000-4000-8000-000000000002', '22222222-2222-4222-8222-222222222222', 'Not for Amina');
INSERT INTO public.contact_messages (name, message) VALUES ('Somebody', 'Hello');
INSERT INTO public.reviews (product_id, user_id, rating) VALUES
  ('a0000000-0000-4000-8000-000000000001', '11111111-1111-4111-8111-111111111111', 5),
  ('a0000000-0000-4000-8000-000000000001', '33333333-3333-4333-8333-333333333333', 4);
INSERT INTO public.app_settings VALUES ('fee', '0.1');
INSERT INTO public.notifications (user_id, title) VALUES
  ('11111111-1111-4111-8111-111111111111', 'Shipped'), ('22222222-2222-4222-8222-222222222222', 'Sold');
INSERT INTO public.payouts (seller_id, amount) VALUES ('22222222-2222-4222-8222-222222222222', 18);

use super::*;
use crate::rules::sample;

fn understood(text: &str) -> Expression {
    Expression::of(text, &sample::catalog()).unwrap()
}

fn truths(text: &str) -> [Truth; 3] {
    let expression = understood(text);
    [Caller::Anybody, Caller::Anonymous, Caller::SignedIn].map(|who| expression.truth(who, &|name| name == "id"))
}

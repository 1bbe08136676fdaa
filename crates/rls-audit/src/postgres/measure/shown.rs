//! What a view would show of rows that there might be, where there are none: its query, asked over rows that are made up.

use serde_json::{Map, Value, json};

use super::{
    super::{
        compose::{self, Stand},
        look::{Code, Look},
    },
    Me,
    tried::{fitting, is_of_a_value},
    views::{has_conditions, passes_freely},
};
use crate::{
    Access, Doubt, Error, Name,
    catalog::{Relation, RelationKind, ViewOptions},
    matrix::{ALWAYS, About, CANDIDATES, Questions, asked_by, replaced},
};

/// How deep views may stand on views.
const DEEPEST: u8 = 8;

/// What a view is asked over.
#[derive(Default)]
struct Below {
    /// In the order in which each finds what it reads.
    stands: Vec<Stand>,
    tables: Vec<Name>,
    /// What conditions ask of rows.
    wanted: Vec<Map<String, Value>>,
}

impl Me<'_> {
    /// What it shows of made-up rows.
    pub(super) async fn shown_of_made_up(
        &self,
        look: &mut Look,
        relation: &Relation,
    ) -> Result<Access, Error> {
        let mut below = Below::default();
        let query = match &relation.view {
            Some(view) if relation.kind == RelationKind::View => self.query(relation, view, &mut below, 0),
            _ => None,
        };
        let Some(query) = query else {
            return Ok(Access::Unknown(Doubt::Empty));
        };
        let probe = compose::shown_of(&below.stands, &query);
        let mut shown = Ok(0);
        for is_sure in [false, true] {
            let rows = self.rows_below(look, &below, is_sure).await?;
            shown = look.probed(&probe, &rows).await?;
            if !shown.as_ref().is_err_and(is_of_a_value) {
                break;
            }
        }
        let shown: Result<u32, Code> = shown;
        Ok(match shown {
            Ok(0) => Access::None,
            Ok(_) if !has_conditions(relation) && self.reads_whole(relation) => Access::All,
            Ok(_) => Access::Some,
            Err(_) => Access::Unknown(Doubt::Empty),
        })
    }

    /// The view's query over what stands for what it reads; `None` where that cannot be told.
    fn query(&self, relation: &Relation, view: &ViewOptions, below: &mut Below, depth: u8) -> Option<String> {
        let mut is_known = depth < DEEPEST;
        below.wanted.extend(asked_by(&view.definition));
        let query = replaced(&view.definition, &mut |name| {
            let stand = self.stand(name, (relation, view), below, depth);
            is_known &= stand.is_some() || self.catalog.relation(name).is_none();
            stand
        });
        query.filter(|_| is_known)
    }

    /// What stands for this relation below that view.
    fn stand(
        &self,
        name: &Name,
        (above, view): (&Relation, &ViewOptions),
        below: &mut Below,
        depth: u8,
    ) -> Option<String> {
        let relation = self.catalog.relation(name)?;
        let stand = match &relation.view {
            Some(inner) if relation.kind == RelationKind::View && depth < DEEPEST => {
                let query = self.query(relation, inner, below, depth + 1)?;
                Stand::query(below.stands.len(), query)
            }
            Some(_) => return None,
            None => {
                let held = if !view.security_invoker && passes_freely(self.catalog, relation, &above.owner) {
                    ALWAYS.to_owned()
                } else if view.security_invoker {
                    let applies = self
                        .rights
                        .privileges
                        .get(name)
                        .is_none_or(|mine| mine.policies_apply);
                    if applies {
                        Questions::of(relation, &self.rights.roles).select
                    } else {
                        ALWAYS.to_owned()
                    }
                } else {
                    // As its owner, whose roles are not known here.
                    return None;
                };
                below.tables.push(name.clone());
                below.wanted.extend_from_slice(self.wanted_of(relation));
                Stand::rows(below.stands.len(), relation, &held)
            }
        };
        let known_as = stand.name.clone();
        below.stands.push(stand);
        Some(known_as)
    }

    /// Rows for every table below; where `is_sure`, only such as its types allow.
    async fn rows_below(&self, look: &mut Look, below: &Below, is_sure: bool) -> Result<[String; 3], Error> {
        let mut all = Map::new();
        for relation in below.tables.iter().filter_map(|name| self.catalog.relation(name)) {
            let columns = relation.columns.iter();
            let columns = columns.filter(|column| column.type_name == "uuid");
            let columns: Vec<String> = columns.map(|column| column.name.clone()).collect();
            let about = About {
                catalog: self.catalog,
                relation,
                persona: self.persona,
                trusted: &columns,
                found: &self.ties.values(relation),
                wanted: &below.wanted,
            };
            let mut rows = about.made_up(&CANDIDATES);
            if is_sure {
                rows = fitting(look, &about, &json!({}), rows).await?;
            }
            all.insert(relation.name.to_string(), rows.into());
        }
        let none = || "{}".to_owned();
        Ok([Value::Object(all).to_string(), none(), none()])
    }
}

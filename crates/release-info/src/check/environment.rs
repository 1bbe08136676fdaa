//! E504: other variables that name the environment say the same.

use super::{Rules, Variables, Words, trimmed};
use crate::{AppEnv, Code, Problem};

pub(super) fn agree(variables: &Variables, env: AppEnv, rules: &Rules, problems: &mut Vec<Problem>) {
    for (name, words) in &rules.words {
        let Some(word) = trimmed(variables, name, problems) else {
            continue;
        };
        let right = words_for(words, env);
        if right.iter().any(|known| known == word) {
            continue;
        }
        // A word of another environment is nobody's secret.
        let is_known = AppEnv::ALL
            .into_iter()
            .any(|env| words_for(words, env).iter().any(|known| known == word));
        let said = if is_known {
            format!("{name} is {word:?}")
        } else {
            format!("{name} is another word")
        };
        problems.push(Problem::new(
            Code::Contradiction,
            format!("APP_ENV is {env}, and {said}"),
            format!("set {name} to {}, or take it away", right.join(" or ")),
        ));
    }
}

fn words_for(words: &Words, env: AppEnv) -> Vec<String> {
    words
        .get(&env)
        .cloned()
        .unwrap_or_else(|| vec![env.as_str().to_owned()])
}

//! The search: it proposes smaller answers, one after another, and keeps each of which the oracle says that it will do.

use std::collections::BTreeSet;
use std::time::Instant;

use super::reduce;
use crate::case::{End, Step};

/// A judge of candidates: says whether answers are still what is looked for.
pub trait Oracle: Send {
    /// Says whether what is looked for holds of these answers.
    fn holds(&mut self, answers: &[Vec<Step>]) -> impl Future<Output = bool> + Send;
}

/// The end of a search that has not come to one of its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most candidates that are asked about.
    pub candidates: u32,
    /// The time after which no other one is.
    pub until: Instant,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// The smallest answers that were found.
    pub answers: Vec<Vec<Step>>,
    /// The number of candidates that were asked about.
    pub candidates: u32,
    /// True where none of the candidates that are smaller by one change will do, false where a limit ended the search.
    pub is_least: bool,
}

/// Shrinks answers as far as the oracle lets it. The same answers and the same oracle lead to the same candidates in the same
/// order.
pub async fn shrink(answers: Vec<Vec<Step>>, oracle: &mut impl Oracle, limits: Limits) -> Shrunk {
    let mut search = Search { oracle, best: answers, asked: BTreeSet::new(), candidates: 0, limits };
    loop {
        let before = search.best.clone();
        search.answers().await;
        for answer in 0..search.best.len() {
            search.steps(answer).await;
            search.end(answer).await;
            search.contents(answer).await;
        }
        if search.best == before || search.is_over() {
            let is_least = !search.is_over();
            return Shrunk { answers: search.best, candidates: search.candidates, is_least };
        }
    }
}

struct Search<'o, O> {
    oracle: &'o mut O,
    best: Vec<Vec<Step>>,
    asked: BTreeSet<String>,
    candidates: u32,
    limits: Limits,
}

impl<O: Oracle> Search<'_, O> {
    fn is_over(&self) -> bool {
        self.candidates >= self.limits.candidates || Instant::now() >= self.limits.until
    }

    /// Asks about a candidate that was not asked about yet, and keeps it where it will do.
    async fn keeps(&mut self, candidate: Vec<Vec<Step>>) -> bool {
        if self.is_over() || !self.asked.insert(serde_json::to_string(&candidate).unwrap_or_default()) {
            return false;
        }
        self.candidates += 1;
        let holds = self.oracle.holds(&candidate).await;
        if holds {
            self.best = candidate;
        }
        holds
    }

    /// Asks about the best answers with another one in place of one of them.
    async fn keeps_answer(&mut self, place: usize, answer: Vec<Step>) -> bool {
        let mut candidate = self.best.clone();
        candidate[place] = answer;
        self.keeps(candidate).await
    }

    /// Leaves out whole answers.
    async fn answers(&mut self) {
        let mut place = 0;
        while self.best.len() > 1 && place < self.best.len() {
            let mut candidate = self.best.clone();
            candidate.remove(place);
            if !self.keeps(candidate).await {
                place += 1;
            }
        }
    }

    /// Leaves out steps of an answer, first half of them at once, at last one by one. The end stays.
    async fn steps(&mut self, answer: usize) {
        let mut size = self.best[answer].len().saturating_sub(1).div_ceil(2);
        while size > 0 {
            let mut start = 0;
            let mut is_any = false;
            while start + 1 < self.best[answer].len() {
                let mut steps = self.best[answer].clone();
                let end = (start + size).min(steps.len() - 1);
                steps.drain(start..end);
                if self.keeps_answer(answer, joined(steps)).await {
                    is_any = true;
                } else {
                    start += size;
                }
            }
            size = match size {
                1 if is_any => 1,
                size => size / 2,
            };
        }
    }

    /// Ends an answer in a simpler way.
    async fn end(&mut self, answer: usize) {
        let Some(Step::End(end)) = self.best[answer].last().cloned() else { return };
        let simpler: &[End] = match end {
            End::Finish => &[],
            End::Eof | End::Stall => &[End::Finish],
            _ => &[End::Finish, End::Eof],
        };
        for end in simpler {
            let mut steps = self.best[answer].clone();
            steps.pop();
            steps.push(Step::End(*end));
            if self.keeps_answer(answer, steps).await {
                return;
            }
        }
    }

    /// Makes what the steps of an answer hold smaller.
    async fn contents(&mut self, answer: usize) {
        let mut place = 0;
        while place < self.best[answer].len() && !self.is_over() {
            let mut is_smaller = false;
            for step in reduce::smaller(&self.best[answer][place]) {
                let mut steps = self.best[answer].clone();
                steps[place] = step;
                if self.keeps_answer(answer, steps).await {
                    is_smaller = true;
                    break;
                }
            }
            if !is_smaller {
                place += 1;
            }
        }
    }
}

/// Joins texts that follow each other, as the loader does.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match (all.last_mut(), &step) {
            (Some(Step::Raw(before)), Step::Raw(text)) => before.push_str(text),
            _ => all.push(step),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    /// Wants some texts in the answers, and a certain end.
    struct Wants(&'static [&'static str], End);

    impl Oracle for Wants {
        async fn holds(&mut self, answers: &[Vec<Step>]) -> bool {
            let written = serde_json::to_string(answers).expect("JSON");
            self.0.iter().all(|text| written.contains(text)) && answers[0].last() == Some(&Step::End(self.1))
        }
    }

    async fn check(answers: &[&[Step]], wants: Wants, expected: Value) -> Shrunk {
        let answers: Vec<Vec<Step>> = answers.iter().map(|steps| steps.to_vec()).collect();
        let limits = Limits { candidates: 1000, until: Instant::now() + Duration::from_mins(1) };
        let mut wants = wants;
        let shrunk = shrink(answers, &mut wants, limits).await;
        assert_eq!(serde_json::to_value(&shrunk.answers).expect("JSON"), expected);
        shrunk
    }

    #[tokio::test]
    async fn what_is_not_needed_goes() {
        let data = |text: &str| Step::Data(json!({ "id": "1", "list": [{ "text": text }, 1, 2] }));
        let steps = [
            data("one"),
            Step::Pause(5),
            data("two"),
            Step::Flush,
            Step::Raw("three\nfour\nfive\n".into()),
            data("six"),
            Step::End(End::Reset),
        ];
        let expected = json!([[{ "data": { "list": [{ "text": "two" }] } }, { "raw": "four" }, { "end": "eof" }]]);
        let wants = Wants(&["list", "text", "two", "four"], End::Eof);
        let mut all = steps.clone();
        all[6] = Step::End(End::Eof);
        let shrunk = check(&[&all, &steps], wants, expected).await;
        assert!(shrunk.is_least && shrunk.candidates < 120, "{}", shrunk.candidates);
        let nothing = json!([[{ "end": "finish" }]]);
        check(&[&[data("a"), Step::End(End::Finish)]], Wants(&[], End::Finish), nothing).await;
        let kept = json!([[{ "end": "reset" }]]);
        check(&[&[Step::End(End::Reset)]], Wants(&[], End::Reset), kept).await;
    }

    #[tokio::test]
    async fn a_limit_ends_the_search_with_what_was_found() {
        let steps: Vec<Step> = (0..64).map(|n| Step::Comment(n.to_string())).chain([Step::End(End::Finish)]).collect();
        let limits = Limits { candidates: 7, until: Instant::now() + Duration::from_mins(1) };
        let shrunk = shrink(vec![steps], &mut Wants(&["\"63\""], End::Finish), limits).await;
        assert!(!shrunk.is_least && shrunk.candidates == 7 && shrunk.answers[0].len() < 10, "{shrunk:?}");
    }
}

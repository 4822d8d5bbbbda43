//! A case for tests.

use std::collections::BTreeMap;

use serde_json::Value;
use streamspec_adapters::contract::{Api, Ask, Caller};

use super::{About, Case, Step, Variants};

impl Case {
    /// Makes a case of a healthy stream with these answers and this expectation, and nothing else that is particular.
    pub(crate) fn sample(id: &str, api: Api, exchanges: Vec<Vec<Step>>, expect: Value) -> Self {
        Self {
            id: id.into(),
            file: format!("cases/{id}.yaml").into(),
            digest: String::new(),
            title: "One".into(),
            api,
            sources: Vec::new(),
            rules: Vec::new(),
            disputed: None,
            ask: Ask::Text,
            timeout: 1000,
            max_retries: 0,
            caller: Caller::default(),
            about: About::Healthy,
            exchanges,
            conditions: BTreeMap::new(),
            control: None,
            beyond_schema: None,
            variants: Variants::default(),
            expect: serde_json::from_value(expect).expect("an expectation"),
        }
    }
}

//! The sentences of documents that cases test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A table of rules as it is written: `cases/rules/<name>.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// The rules.
    pub rules: Vec<Rule>,
}

/// One normative sentence of a document, or one conclusion from documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rule {
    /// The name that cases use: `S3`, `H1`, `C6`.
    pub id: String,
    /// The requirement, in one sentence.
    pub rule: String,
    /// The document that says so.
    pub source: String,
    /// The reason why no case tests it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_tested: Option<String>,
}

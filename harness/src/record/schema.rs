//! The schema of a line of records.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::Record;
use super::trial::AttemptLine;

/// One line of a file of records: a record, or an attempt that another one follows.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is made; a line is read as one or the other")]
enum Line {
    Record(Record),
    Attempt(AttemptLine),
}

/// Makes the JSON Schema of a line.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Line>().to_value()
}

//! The schema of the data that Rust hands to the scripts of the page, which are checked against it: `reports/page.schema.json`.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use super::data::PageData;
use super::detail_data::DetailsData;

/// The data that the scripts are handed.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "Data")]
struct Data {
    /// In the page itself.
    page: PageData,
    /// In each file beside it, for one group of cases.
    details: DetailsData,
}

/// Returns the JSON Schema of what the scripts are handed.
pub fn schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Data>().to_value()
}

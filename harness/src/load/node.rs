//! A tree as serde sees it.
//!
//! Stricter than JSON values: a mapping is never written as a list of its fields, and what takes one key takes
//! exactly one.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::tree::{Key, Node, ValueKind};

impl<'de> IntoDeserializer<'de, Error> for &'de Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Node {
    /// Returns its entries as serde takes them.
    fn fields(entries: &[(Key, Self)]) -> MapDeserializer<'_, impl Iterator<Item = (&str, &Self)>, Error> {
        MapDeserializer::new(entries.iter().map(|(key, value)| (key.text.as_str(), value)))
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match &self.kind {
            ValueKind::Null => Unexpected::Unit,
            ValueKind::Bool(value) => Unexpected::Bool(*value),
            ValueKind::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => Unexpected::Unsigned(value),
                (_, Some(value), _) => Unexpected::Signed(value),
                (.., value) => Unexpected::Float(value.unwrap_or_default()),
            },
            ValueKind::Text(text) => Unexpected::Str(text),
            ValueKind::List(_) => Unexpected::Seq,
            ValueKind::Map(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.kind {
            ValueKind::Null => visitor.visit_unit(),
            ValueKind::Bool(value) => visitor.visit_bool(*value),
            ValueKind::Number(number) => number.deserialize_any(visitor),
            ValueKind::Text(text) => visitor.visit_str(text),
            ValueKind::List(items) => visitor.visit_seq(SeqDeserializer::new(items.iter())),
            ValueKind::Map(entries) => visitor.visit_map(Node::fields(entries)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if matches!(self.kind, ValueKind::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.kind {
            ValueKind::Map(entries) => visitor.visit_map(Node::fields(entries)),
            _ => Err(Error::invalid_type(self.unexpected(), &"a mapping")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.kind {
            ValueKind::Text(text) => {
                let word: StrDeserializer<'_, Error> = text.as_str().into_deserializer();
                word.deserialize_enum(name, variants, visitor)
            }
            ValueKind::Map(entries) if entries.len() == 1 => {
                MapAccessDeserializer::new(Node::fields(entries)).deserialize_enum(name, variants, visitor)
            }
            ValueKind::Map(_) => Err(Error::invalid_value(Unexpected::Map, &"map with a single key")),
            _ => Err(Error::invalid_type(self.unexpected(), &"string or map")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

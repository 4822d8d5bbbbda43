//! Fields that JSON leaves out.

/// Says whether a value is the default one, which a field need not name: for `skip_serializing_if`.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

//! The build of an SDK.

use streamspec_adapters::spec;

use super::name::name;

name! {
    /// A build of an SDK: the id of its manifest, and `@1.2.3` or `@local` where it is not the locked version.
    SdkId
}

impl SdkId {
    /// Names a mutant, `reference+drops-error`.
    pub fn mutant(client: &str, fault: &str) -> Self {
        Self::from(spec::mutant(client, fault))
    }

    /// Returns the id without its build, as manifests and `--sdk` have it.
    pub fn base(&self) -> &str {
        spec::base(self)
    }

    /// Returns the fault of a mutant.
    pub fn fault(&self) -> Option<&str> {
        spec::client_and_fault(self).map(|(_, fault)| fault)
    }

    /// Says if this is the version of the lock file.
    pub fn is_locked(&self) -> bool {
        spec::is_locked(self)
    }

    /// Returns what `--sdk` takes for this build. Only who ran a working copy knows its path.
    pub fn asked(&self) -> String {
        spec::asked(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_has_its_parts() {
        for (id, base, is_locked, asked) in [
            ("openai-go", "openai-go", true, "openai-go"),
            ("openai-go@1.2.3+build", "openai-go", false, "openai-go@1.2.3+build"),
            ("openai-go@local", "openai-go", false, "openai-go=PATH"),
        ] {
            let id = SdkId::from(id);
            assert_eq!((id.base(), id.is_locked(), id.asked().as_str(), id.fault()), (base, is_locked, asked, None));
        }
        assert_eq!(SdkId::mutant("reference", "no-crc").fault(), Some("no-crc"));
    }
}

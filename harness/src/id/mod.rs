//! Identities: which build of an SDK, which of its surfaces and which case a trial is about, and how the bytes travel.
//!
//! Each is a name with one grammar. Nothing else takes a name apart or puts one together.

mod case;
mod edition;
mod escape;
mod member;
mod name;
mod nonce;
mod route;
mod sdk;
mod shard;
mod surface;
mod transport;
mod trial;
mod variant;
mod variant_run;

pub use case::{CaseId, about, api_folder, file_of, folder_of, id_of, is_below, is_of_api, path_of};
pub use edition::{EditionId, NoEditionId};
pub use member::UnknownMember;
pub use nonce::joined_nonces;
pub use route::{GatewayId, NoRoute, Route};
pub use sdk::SdkId;
pub use shard::{Shard, ShardError};
pub use surface::{NoTrialId, SdkSurface, SurfaceId, divided};
pub use transport::Transport;
pub use trial::TrialId;
pub use variant::{UnknownVariant, Variant};
pub use variant_run::{NoVariantRun, VariantRun, by_way};

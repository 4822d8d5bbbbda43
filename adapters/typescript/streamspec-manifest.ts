/** The adapter's manifest, `adapter.toml`, as the harness hands it over, so that no adapter repeats it. */

import type { AlsoShown, Delivers } from "./streamspec-observation.ts";
import type { Api } from "./streamspec-tables.ts";

/** Holds the manifest as JSON, with the keys of `adapter.toml`. */
const VARIABLE = "STREAMSPEC_MANIFEST";

/** The parts of a manifest that an adapter needs. */
export interface Manifest {
  /** The name of the package, which also says its version. */
  package: string;
  "error-bases": string[];
  surfaces: Record<string, { apis: Api[]; delivers: Delivers; "also-shows"?: AlsoShown[]; lacks?: string[] }>;
}

/** Returns the manifest of this adapter; an adapter is started by the harness, which hands it over. */
export function handedOver(): Manifest {
  const text = process.env[VARIABLE];
  if (text === undefined) {
    throw new Error(`${VARIABLE} is not set: an adapter is started by the harness, which hands its adapter.toml over`);
  }
  return JSON.parse(text) as Manifest;
}

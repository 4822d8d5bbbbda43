// Makes the packages of npm from programs that are built already:
//
//   node packages/npm/build.mjs FOLDER PLATFORM=PROGRAM...
//
// FOLDER gets `streamspec`, which holds the launcher and depends on one package for each of these platforms, and these packages,
// `linux-x64` and so on. The names of platforms are Node.js's own: `process.platform` and `process.arch`.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const here = import.meta.dirname;
const root = join(here, "../..");

const [folder, ...pairs] = process.argv.slice(2);
const programs = new Map(pairs.map((pair) => pair.split("=", 2)));
for (const [platform, program] of programs) {
  if (!/^(linux|darwin)-(x64|arm64)$/.test(platform) || !program) {
    fail(`\`${platform}\` is not PLATFORM=PROGRAM with a platform such as linux-x64`);
  }
}
if (!folder || programs.size === 0) {
  fail("usage: node packages/npm/build.mjs FOLDER PLATFORM=PROGRAM...");
}

const version = /^version = "(.*)"$/m.exec(readFileSync(join(root, "Cargo.toml"), "utf8"))[1];
const about = {
  version,
  description: "Conformance suite for model SDKs when a streamed answer breaks",
  license: "MIT OR Apache-2.0",
};

for (const [platform, program] of programs) {
  const [os, cpu] = platform.split("-");
  const into = make(platform, {
    name: `@streamspec/${platform}`,
    ...about,
    os: [os],
    cpu: [cpu],
    // A program for Linux is linked to the C library of GNU.
    ...(os === "linux" && { libc: ["glibc"] }),
    files: ["streamspec"],
  });
  copyFileSync(program, join(into, "streamspec"));
  chmodSync(join(into, "streamspec"), 0o755);
}

const main = make("streamspec", {
  name: "streamspec",
  ...about,
  bin: { streamspec: "streamspec.js" },
  files: ["streamspec.js"],
  engines: { node: ">=20" },
  optionalDependencies: Object.fromEntries([...programs.keys()].map((platform) => [`@streamspec/${platform}`, version])),
});
copyFileSync(join(here, "streamspec.js"), join(main, "streamspec.js"));
chmodSync(join(main, "streamspec.js"), 0o755);
copyFileSync(join(root, "packages/ABOUT.md"), join(main, "README.md"));

/** Makes the folder of a package with its manifest and the licences. */
function make(name, manifest) {
  const into = join(folder, name);
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    copyFileSync(join(root, licence), join(into, licence));
  }
  return into;
}

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(2);
}

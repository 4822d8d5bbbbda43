//! Input that means harm, or nothing.

use streamspec::load;

use super::{fixtures, only, project, refusal};

/// Checks that such input is refused in bounded time and memory, and never with a panic.
#[test]
fn hostile_input_is_a_problem_like_any_other() {
    let header = "title: T\napi: anthropic-messages\nsources: [{ basis: spec, url: 'https://example.com' }]\n\
                  expect: { must: { outcome: error } }\n";
    let with = |rest: &str| format!("{header}{rest}").into_bytes();
    let lines =
        |from: usize, to: usize, line: &dyn Fn(usize) -> String| (from..to).map(line).collect::<Vec<_>>().concat();
    let laughs = lines(1, 40, &|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(",")));
    let keys = lines(0, 15_000, &|n| format!("k{n}: v\n"));
    let mappings = lines(0, 300, &|n| format!("{}a:\n", " ".repeat(n)));
    let axes = lines(0, 60, &|n| format!("  a{n}: {{ a: 1, b: 2 }}\n"));
    let rounds = "stream: [{ repeat: { times: 4294967295, steps: [{ repeat: { times: 4294967295, steps: [] } }] } }]\n";
    let users = "title: T\napi: gemini-generate\nsources: []\nstream: [{ use: f0 }, { end: finish }]\nexpect: {}\n";
    let bomb = lines(0, 40, &|n| {
        let next = format!("{{ use: {{ name: f{}, with: {{ x: \"${{x}}${{x}}\" }} }} }}", n + 1);
        format!("  f{n}: {{ about: a, with: {{ x: y }}, steps: [{next}, {next}] }}\n")
    });
    let bomb = format!("api: gemini-generate\nfragments:\n{bomb}  f40: {{ about: a, steps: [] }}\n");
    let inputs: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("white space", b" \n\t\n".to_vec()),
        ("NUL", with("stream: \"\0\"\n")),
        ("not UTF-8", b"title: \xc3\x28".to_vec()),
        ("UTF-16", "\u{feff}title: T".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("too large", vec![b'a'; 1_000_000]),
        ("a long line", with(&format!("stream: [{}]\n", "{ flush },".repeat(20_000)))),
        ("many keys", with(&keys)),
        ("deep lists", with(&format!("stream: {}", "[".repeat(100_000)))),
        ("deep mappings", with(&mappings)),
        ("deep dashes", with(&format!("stream:\n  {}a\n", "- ".repeat(50_000)))),
        ("billion laughs", with(&format!("a0: &a0 lol\n{laughs}"))),
        ("many documents", "---\n".repeat(10_000).into_bytes()),
        ("a long key", with(&format!("? {}\n: a\n", "k".repeat(100_000)))),
        ("a key of a kind", with("? [a, b]\n: a\n")),
        ("large numbers", with("timeout: 99999999999999999999999999\nmax-retries: 1e400\n")),
        ("many combinations", with(&format!("matrix:\n{axes}"))),
        ("many rounds", with(rounds)),
        ("doubling fragments", users.into()),
        ("colours", with("\x1b[31mred: 1\n")),
    ];
    for (name, input) in inputs {
        let file = if name == "doubling fragments" { "cases/gemini/a/b.yaml" } else { "cases/anthropic/a/b.yaml" };
        let (_folder, root) = project(&[(file, &input), ("cases/fragments/gemini-generate.yaml", bomb.as_bytes())]);
        let started = std::time::Instant::now();
        let problems = refusal(&root, &only(&[file]));
        let rendered = format!("{}{}", problems.render(true), problems.render(false));
        assert!(problems.has_errors(), "{name}");
        assert!(!problems.render(false).contains('\x1b'), "{name}: {rendered}");
        assert!(started.elapsed().as_secs() < 20, "{name} took {:?}", started.elapsed());
    }
}

/// Refuses input that passes every other limit and would take a gigabyte, or minutes, once it is loaded or run.
#[test]
fn what_costs_too_much_is_refused_with_its_place_and_number() {
    let header = "title: T\napi: anthropic-messages\nsources: [{ basis: spec, url: 'https://example.com' }]\n\
                  expect: { must: { outcome: error } }\n";
    let mappings = format!(
        "  - [{{ repeat: {{ times: 9000, steps: [{{ data: [{}{{}}] }}] }} }}, {{ end: finish }}]\n",
        "{},".repeat(99)
    );
    let raw = |times: u32, text: &str| {
        format!("stream: [{{ repeat: {{ times: {times}, steps: [{{ raw: \"{text}\" }}] }} }}, {{ end: finish }}]\n")
    };
    let lines = format!(
        "stream: [{{ repeat: {{ times: 4000, steps: [{{ data: \"{}\" }}] }} }}, {{ end: finish }}]\n",
        "\\n".repeat(1000)
    );
    let kilobyte = "x".repeat(1024);
    let small = format!(
        "  - [{{ repeat: {{ times: 100, steps: [{{ data: [{}{{}}] }}] }} }}, {{ end: finish }}]\n",
        "{},".repeat(99)
    );
    let axis: Vec<String> = (0..200).map(|n| format!("v{n}: {n}")).collect();
    let axis = axis.join(", ");
    let matrix = format!(
        "matrix: {{ m: {{ {axis} }} }}\nvariants: {{ except: [one-byte] }}\nexchanges:\n{}",
        small.replace("{},", "{a: '${m}'},")
    );
    for (input, expected) in [
        (
            format!("exchanges:\n{}", mappings.repeat(16)),
            "5:1 the answers have 44496000 bytes together, more than 2097152",
        ),
        (lines, "5:1 the answers have 24028000 bytes together, more than 2097152"),
        (raw(4000, &kilobyte), "5:1 the answers have 4096000 bytes together, more than 2097152"),
        (
            raw(7, &kilobyte),
            "5:1 the answers have 7168 bytes together, more than 6144, which is the most that is sent byte by byte",
        ),
        (matrix, "5:1 with every `repeat` multiplied out, the file takes more than 64 MiB of memory"),
    ] {
        let (_folder, root) = project(&[("cases/anthropic/a/b.yaml", format!("{header}{input}").as_bytes())]);
        let started = std::time::Instant::now();
        let problems = refusal(&root, &only(&["cases/anthropic/a/b.yaml"]));
        let reported: Vec<_> =
            problems.iter().map(|one| format!("{}:{} {}", one.line, one.column, one.message)).collect();
        assert_eq!(reported, [expected]);
        assert!(started.elapsed().as_secs() < 10, "{expected} took {:?}", started.elapsed());
    }
}

#[cfg(unix)]
#[test]
fn unusual_files_are_reported() {
    use std::os::unix::ffi::OsStrExt as _;

    let (_folder, root) = project(&[]);
    let group = root.join("cases/anthropic/in-band");
    std::fs::create_dir_all(&group).expect("a folder");
    std::os::unix::fs::symlink(root.join("cases"), group.join("loop")).expect("a link");
    std::os::unix::fs::symlink(root.join("nowhere"), group.join("dangling.yaml")).expect("a link");
    std::os::unix::fs::symlink("/dev/zero", group.join("endless.yaml")).expect("a link");
    std::fs::create_dir(group.join("folder.yaml")).expect("a folder");
    std::fs::write(group.as_std_path().join(std::ffi::OsStr::from_bytes(b"\xff.yaml")), "a").expect("a file");
    let report = load::check(&root, &[]);
    let reported: Vec<_> = report.problems.iter().map(|one| format!("{}: {}", one.file, one.message)).collect();
    assert!(reported[0].ends_with("in-band/\u{fffd}.yaml: the name of the file is not UTF-8"), "{reported:?}");
    assert_eq!(
        reported[1..4],
        [
            "cases/anthropic/in-band/dangling.yaml: the file cannot be read: No such file or directory (os error 2)",
            "cases/anthropic/in-band/endless.yaml: this is not a regular file",
            "cases/anthropic/in-band/loop: the link leads back to a folder above it",
        ],
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 96, failure_persistence: None, ..Default::default() })]

    /// No text makes the loader panic, and what it says can be shown.
    #[test]
    fn any_text_is_a_case_or_a_problem(text in "\\PC{0,200}|([a-z${}.\\[\\]&*!|>'\": #,?-]{0,12}\n? {0,4}){0,30}") {
        let (_folder, root) = project(&[("cases/anthropic/a/b.yaml", text.as_bytes())]);
        let report = load::check(&root, &["cases/anthropic/a/b.yaml".into()]);
        proptest::prop_assert!(report.has_errors());
        let _ = report.problems.render(true);
    }

    /// Checks the same of a good case of which a piece is replaced.
    #[test]
    fn a_case_with_anything_in_it_is_a_case_or_a_problem(at in 0_usize..1200, len in 0_usize..40, with in "\\PC{0,20}") {
        let good = std::fs::read_to_string(fixtures().join("cases/anthropic/in-band/after-text.yaml")).expect("the fixtures");
        let start = good.floor_char_boundary(at.min(good.len()));
        let end = good.floor_char_boundary((start + len).min(good.len()));
        let text = format!("{}{with}{}", &good[..start], &good[end..]);
        let (_folder, root) = project(&[("cases/anthropic/a/b.yaml", text.as_bytes())]);
        let report = load::check(&root, &["cases/anthropic/a/b.yaml".into()]);
        let _ = report.problems.render(true);
        proptest::prop_assert_eq!(report.has_errors(), report.cases == 0);
    }
}

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn held() -> (tempfile::TempDir, Utf8PathBuf) {
    let held = tempfile::tempdir().expect("a temporary directory");
    let path = Utf8PathBuf::from_path_buf(held.path().to_owned()).expect("a UTF-8 path");
    (held, path)
}

/// Makes the bytes of a bundle with these files.
fn bytes(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, content.as_bytes()).expect("a file");
    }
    archive.into_inner().and_then(GzEncoder::finish).expect("memory")
}

fn bundle(files: &[(&str, &str)]) -> Bundle {
    Bundle::new(bytes(files).leak())
}

fn names(folder: &Utf8Path) -> Vec<String> {
    let mut names: Vec<String> = folder
        .read_dir_utf8()
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_bundle_is_unpacked_once_and_shares_its_cache_with_other_versions() {
    let (_held, cache) = held();
    let cache = cache.join("new/cache");
    let (one, other) = (bundle(&[("cases/a.yaml", "a")]), bundle(&[("cases/a.yaml", "b")]));
    let root = one.unpacked(&cache).expect("there is room");
    assert_eq!(fs::read_to_string(root.join("cases/a.yaml")).expect("it is there"), "a");
    fs::write(root.join("cases/b.yaml"), "kept").expect("a file");
    assert_eq!(one.unpacked(&cache).expect("it is there"), root);
    assert!(root.join("cases/b.yaml").is_file(), "it was unpacked once");
    let second = other.unpacked(&cache).expect("there is room");
    assert_ne!(second, root);
    assert_eq!((second.work(), root.work()), (cache.clone(), cache.clone()));
    assert_eq!(names(&cache), ["CACHEDIR.TAG", "streamspec-cache", "suites"]);
    assert_eq!(names(&Root::suites(&cache)).len(), 2);
}

#[test]
fn processes_that_start_at_once_take_the_same() {
    let (_held, cache) = held();
    let content = "x".repeat(5000);
    let names_of_files: Vec<String> = (0..200).map(|number| format!("cases/{number}.yaml")).collect();
    let files: Vec<(&str, &str)> = names_of_files.iter().map(|name| (name.as_str(), content.as_str())).collect();
    let bundle = bundle(&files);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| bundle.unpacked(&cache))).collect();
        for one in all {
            let root = one.join().expect("no panic").expect("there is room");
            assert_eq!(names(&root.join("cases")).len(), 200, "nobody sees half of it");
        }
    });
    assert_eq!(names(&Root::suites(&cache)), [bundle.name()], "nothing is left beside it");
}

#[test]
fn a_folder_that_holds_something_else_is_no_cache() {
    let (_held, cache) = held();
    fs::write(cache.join("mine"), "work").expect("a file");
    let refused = bundle(&[("cases/a.yaml", "a")]).unpacked(&cache).expect_err("it is taken").to_string();
    assert!(refused.contains("it holds other files"), "{refused}");
    assert_eq!(names(&cache), ["mine"]);
}

#[test]
fn what_is_damaged_leaves_no_suite() {
    let (_held, cache) = held();
    let mut damaged = bytes(&[("cases/a.yaml", &"a".repeat(9000))]);
    let end = damaged.len() - 12;
    damaged[end] ^= 0x55;
    let bundle = Bundle::new(damaged.leak());
    let refused = bundle.unpacked(&cache).expect_err("it is damaged").to_string();
    assert!(refused.contains("cannot be made"), "{refused}");
    assert_eq!(names(&Root::suites(&cache)), [""; 0]);
}

//! The `roundsman` program once more, so that tests of this crate can run it as a process.

fn main() -> std::process::ExitCode {
    roundsman_server::cli::main()
}

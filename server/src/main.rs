//! The `roundsman` program: a shell over the library.

fn main() -> std::process::ExitCode {
    roundsman_server::cli::main()
}

//! The command line. Each command is one file: its arguments, and what it does with them.
//!
//! A command returns a `Report` or a `Failure`; only `output` prints. With `--json`, standard output
//! gets one object and nothing else, also when the command fails. Exit code 0 is success, 2 wrong usage,
//! 1 everything else.

mod audit;
mod backup;
mod bench;
mod case;
mod case_page;
mod demo;
mod device;
mod export;
mod failure;
mod find;
mod import;
mod init;
mod key;
mod output;
mod person;
mod playbook;
mod policy;
mod rebuild;
mod report;
mod restore;
mod round;
mod route;
mod serve;
mod settings;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use rusqlite::Connection;

use failure::Failure;
use output::{Output, Report};
use settings::Settings;

use crate::app::App;
use crate::data_folder::{DataFolder, Identity};
use crate::ingest::{Sitting, Writer};

/// Where data is kept if nobody says otherwise.
const DATA_DEFAULT: &str = "roundsman-data";

#[derive(Parser)]
#[command(
    name = "roundsman",
    version,
    about = "Offline-first backend for patrol guards and repair technicians",
    after_help = "Examples:
  roundsman demo
  roundsman init --org 'Green Garden Property' --site 'Green Garden' --admin wang
  roundsman person add --name 'Li Lei' --role technician --site 'Green Garden' --department engineering
  roundsman device invite --person 'Li Lei'
  roundsman serve

Settings come from flags, then from the environment (ROUNDSMAN_DATA, ROUNDSMAN_LISTEN), then from
roundsman.toml in the data folder or in the current folder."
)]
struct Cli {
    /// The data folder
    #[arg(long, global = true, env = "ROUNDSMAN_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print one JSON object on standard output and nothing else there
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Demo),
    Init(init::Init),
    Serve(serve::Serve),
    #[command(subcommand)]
    Person(person::Person),
    #[command(subcommand)]
    Device(device::Device),
    #[command(subcommand)]
    Key(key::KeyCommand),
    Audit(audit::Audit),
    Import(import::Import),
    #[command(subcommand)]
    Export(export::Export),
    #[command(subcommand)]
    Case(case::CaseCommand),
    #[command(subcommand)]
    Playbook(playbook::PlaybookCommand),
    #[command(subcommand)]
    Policy(policy::Policy),
    #[command(subcommand)]
    Route(route::RouteCommand),
    #[command(subcommand)]
    Round(round::RoundCommand),
    #[command(subcommand)]
    Report(report::ReportCommand),
    Backup(backup::BackupCommand),
    Restore(restore::RestoreCommand),
    Verify(verify::Verify),
    Rebuild(rebuild::Rebuild),
    Bench(bench::Bench),
}

/// What every command has at hand.
struct Context {
    data: PathBuf,
    settings: Settings,
    output: Output,
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let output = Output::new(cli.json);
    match run(cli, output) {
        Ok(report) => output.report(&report),
        Err(failure) => output.failure(&failure),
    }
}

fn run(cli: Cli, output: Output) -> Result<Report, Failure> {
    let given = cli.data.filter(|data| !data.as_os_str().is_empty());
    let data_given = given.is_some();
    let (data, settings) = Settings::load(given)?;
    let context = Context { data, settings, output };
    match cli.command {
        Command::Demo(demo) => demo.run(&context, data_given),
        Command::Init(init) => init.run(&context),
        Command::Serve(serve) => serve.run(&context),
        Command::Person(person) => person.run(&context),
        Command::Device(device) => device.run(&context),
        Command::Key(key) => key.run(&context),
        Command::Audit(audit) => audit.run(&context),
        Command::Import(import) => import.run(&context),
        Command::Export(export) => export.run(&context),
        Command::Case(case) => case.run(&context),
        Command::Playbook(playbook) => playbook.run(),
        Command::Policy(policy) => policy.run(&context),
        Command::Route(route) => route.run(&context),
        Command::Round(round) => round.run(&context),
        Command::Report(report) => report.run(&context),
        Command::Backup(backup) => backup.run(&context),
        Command::Restore(restore) => restore.run(&context),
        Command::Verify(verify) => verify.run(&context),
        Command::Rebuild(rebuild) => rebuild.run(&context),
        Command::Bench(bench) => bench.run(&context, data_given),
    }
}

/// Help and version are no errors; everything else that clap says is wrong usage.
fn usage(error: &clap::Error) -> ExitCode {
    // The arguments could not be read, so this one is looked for by itself.
    let json = std::env::args_os().any(|argument| argument == "--json");
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if json && !asked {
        let message = error.to_string();
        let message = message.strip_prefix("error: ").unwrap_or(&message).trim_end();
        return Output::new(true).failure(&Failure::Usage(message.to_owned()));
    }
    // A closed terminal is no reason for another exit code.
    let _ = error.print();
    if asked { ExitCode::SUCCESS } else { ExitCode::from(failure::EXIT_USAGE) }
}

impl Context {
    /// The data folder. Tables of an earlier version are filled anew first, which for a long log takes
    /// a while and is shown.
    fn folder(&self) -> Result<DataFolder, Failure> {
        let folder = DataFolder::open(&self.data)?;
        let mut progress = self.output.progress();
        folder
            .upgrade(&mut |done| progress.show(|| format!("new version: {done} log entries read again")))?;
        Ok(folder)
    }

    fn reader(&self) -> Result<Connection, Failure> {
        Ok(self.folder()?.reader()?)
    }

    /// Opens the data folder for writing. A running server notices what is written.
    fn office(&self) -> Result<Desk, Failure> {
        Desk::open(self.folder()?)
    }
}

/// What a writing command works with.
struct Desk {
    folder: DataFolder,
    writer: Writer,
    identity: Identity,
    /// The command line edits as the desk, which is no human being.
    sitting: Sitting,
}

impl Desk {
    fn open(folder: DataFolder) -> Result<Self, Failure> {
        let writer = folder.writer(&mut rand::rng())?;
        // After the writer, which brings the schema up to date.
        let identity = Identity::load(&folder.reader()?)?;
        let sitting = Sitting { person: identity.desk, now: App::now() };
        Ok(Self { folder, writer, identity, sitting })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_sound_and_every_command_shows_examples() {
        fn with_examples(command: &clap::Command) {
            let shown = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let named = command.get_name();
            assert!(shown.contains("Example") || command.has_subcommands(), "{named} shows no example");
            command.get_subcommands().filter(|sub| sub.get_name() != "help").for_each(with_examples);
        }
        let cli = Cli::command();
        cli.clone().debug_assert();
        with_examples(&cli);
    }
}

//! The command `subsim`: arguments, progress, exit codes and printing. What it prints is worked
//! out by the libraries below it; nothing here computes a number.

mod args;
mod chain_table;
mod commands;
mod console;
mod help;
mod interrupt;
mod lab_args;
mod numbers;
mod outcome;
mod progress;
mod table;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use console::Console;
use outcome::{Failure, Outcome};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are "errors" with code 0. A closed pipe is nobody's fault.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let mut console = Console::new();
    let done = match dispatch(cli.command, &mut console) {
        Ok(outcome) => match console.check() {
            Ok(()) => Ok(outcome),
            Err(error) => Err(Failure::new(format!("cannot write to standard output: {error}"))),
        },
        Err(failure) => Err(failure),
    };
    match done {
        Ok(outcome) => outcome.exit_code(),
        Err(failure) => {
            failure.print(&mut console);
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: Command, console: &mut Console) -> Result<Outcome, Failure> {
    match command {
        Command::Run(args) => commands::run(&args, console),
        Command::Explain(args) => commands::explain(&args, console),
        Command::Account(args) => commands::account(&args, console),
        Command::Neuron(args) => commands::neuron(&args, console),
        Command::Replay(args) => commands::replay(&args, console),
        Command::Sweep(args) => commands::sweep(&args, console),
        Command::Baseline(args) => commands::baseline(&args, console),
        Command::Check(args) => commands::check(&args, console),
        Command::Cases(args) => commands::cases(&args, console),
        Command::Guarantees(args) => commands::guarantees(&args, console),
        Command::Verify(args) => commands::verify(&args, console),
        Command::Schema => commands::schema(console),
        Command::List(args) => commands::list(&args, console),
    }
}

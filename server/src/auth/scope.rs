//! What an API key may be used for, beside what its person may do.

use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($( $variant:ident = $text:literal, $meaning:literal; )*) => {
        /// One thing that an API key is allowed. A key never opens more than its person may see and do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $( #[doc = $meaning] $variant, )*
        }

        impl Scope {
            /// Every scope there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// Its stable spelling.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// What it allows, in words.
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $meaning, )* }
            }
        }

        impl FromStr for Scope {
            type Err = UnknownScope;

            fn from_str(text: &str) -> Result<Self, UnknownScope> {
                match text {
                    $( $text => Ok(Self::$variant), )*
                    _ => Err(UnknownScope),
                }
            }
        }
    };
}

scopes! {
    CasesRead = "cases:read", "Cases, their timelines, photos and conflicts, with contact data.";
    CasesWrite = "cases:write", "Writing cases down and working on them.";
    RoundsRead = "rounds:read", "Rounds and what is due.";
    QuarantineRead = "quarantine:read", "Refused changes and those that wait.";
    QuarantineWrite = "quarantine:write", "Taking refused changes over, and closing them.";
    PeopleRead = "people:read", "Who works where.";
    PeopleWrite = "people:write", "Adding people, their roles, logins and codes for phones: as much as being every one of them.";
    DevicesRead = "devices:read", "Phones.";
    DevicesWrite = "devices:write", "Shutting phones out, and letting them go on.";
    MeasuresRead = "measures:read", "Figures over a period.";
    AuditRead = "audit:read", "Who did what in the office.";
    MetricsRead = "metrics:read", "The server's own counters at /metrics.";
}

/// The text is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no scope; those are {}", Scope::ALL.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", "))]
pub struct UnknownScope;

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_reads_back_from_its_spelling() {
        for &scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert_eq!("cases".parse::<Scope>(), Err(UnknownScope));
    }
}

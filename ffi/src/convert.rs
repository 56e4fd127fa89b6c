//! From the core's types to the flat ones and back, field by field, so that neither follows the other unseen.

/// What a value is on the other side.
pub(crate) trait To<T> {
    /// The same, as the other side spells it.
    fn to(self) -> T;
}

impl<A: To<B>, B> To<Option<B>> for Option<A> {
    fn to(self) -> Option<B> {
        self.map(To::to)
    }
}

impl<A: To<B>, B> To<Vec<B>> for Vec<A> {
    fn to(self) -> Vec<B> {
        self.into_iter().map(To::to).collect()
    }
}

/// Types that are the same on both sides.
macro_rules! same {
    ($($name:ty),* $(,)?) => {
        $( impl $crate::convert::To<$name> for $name { fn to(self) -> $name { self } } )*
    };
}
pub(crate) use same;

same!(String, bool, u8, u16, u32, u64, i32, i64);

/// Closed lists of words.
macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident = $core:path { $( $(#[$word_doc:meta])* $word:ident, )* } )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
            pub enum $name { $( $(#[$word_doc])* $word, )* }

            impl $crate::convert::To<$core> for $name {
                fn to(self) -> $core {
                    type Core = $core;
                    match self { $( Self::$word => Core::$word, )* }
                }
            }

            impl $crate::convert::To<$name> for $core {
                fn to(self) -> $name {
                    type Core = $core;
                    match self { $( Core::$word => $name::$word, )* }
                }
            }
        )*
    };
}
pub(crate) use words;

/// Records whose fields are those of the core.
macro_rules! records {
    ($( $(#[$doc:meta])* $name:ident = $core:path { $( $(#[$field_doc:meta])* $field:ident: $type:ty, )* } )*) => {
        $crate::convert::renamed! {
            $( $(#[$doc])* $name = $core { $( $(#[$field_doc])* $field = $field: $type, )* } )*
        }
    };
}
pub(crate) use records;

/// Records of which a field has another name here than in the core, such as `since` for `from`, which Python keeps
/// for itself. Each field is followed by its name in the core.
macro_rules! renamed {
    ($( $(#[$doc:meta])* $name:ident = $core:path {
        $( $(#[$field_doc:meta])* $field:ident = $of:ident: $type:ty, )*
    } )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, uniffi::Record)]
            pub struct $name { $( $(#[$field_doc])* pub $field: $type, )* }

            impl $crate::convert::To<$core> for $name {
                fn to(self) -> $core {
                    type Core = $core;
                    Core { $( $of: $crate::convert::To::to(self.$field), )* }
                }
            }

            impl $crate::convert::To<$name> for $core {
                fn to(self) -> $name {
                    $name { $( $field: $crate::convert::To::to(self.$of), )* }
                }
            }
        )*
    };
}
pub(crate) use renamed;

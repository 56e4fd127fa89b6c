//! A field that somebody sets, with every value that was set at the same time.

/// All values that stand side by side under one key. The first is the one Automerge shows.
///
/// More than one means a *parallel edit*: two people set the field without knowing of each other.
/// None of the values is lost; an ordinary later edit settles it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register<T> {
    values: Vec<T>,
}

impl<T> Default for Register<T> {
    fn default() -> Self {
        Self { values: Vec::new() }
    }
}

impl<T> Register<T> {
    /// A register with these values, the shown one first.
    pub fn new(values: Vec<T>) -> Self {
        Self { values }
    }

    /// The value to show, if the field was ever set.
    pub fn shown(&self) -> Option<&T> {
        self.values.first()
    }

    /// Every value, the shown one first.
    pub fn all(&self) -> &[T] {
        &self.values
    }

    /// Whether people set this field at the same time to different values.
    pub fn is_parallel(&self) -> bool
    where
        T: PartialEq,
    {
        self.values.iter().skip(1).any(|value| value != &self.values[0])
    }
}

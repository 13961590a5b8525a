//! Lists of names that others know too: partners on the wire, the database in its checks.

/// An enum whose variants have the names that stand behind them. A name is never renamed and never
/// reused: somebody has stored it.
///
/// ```
/// contract::enumeration! {
///     /// What a coin shows.
///     pub enum Side {
///         /// The number.
///         Number => "number",
///         /// The flower.
///         Flower => "flower",
///     }
/// }
/// assert_eq!(Side::ALL.map(Side::as_str), ["number", "flower"]);
/// assert_eq!(Side::from_name("flower"), Some(Side::Flower));
/// assert_eq!(Side::from_name("edge"), None);
/// ```
#[macro_export]
macro_rules! enumeration {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$doc:meta])* $variant:ident => $text:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];

            /// The name by which others know it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The one with this name; `None` for anything else.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == name)
            }
        }
    };
}

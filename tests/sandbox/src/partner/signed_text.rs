//! The text a form's signature is made over.
//!
//! Every field but `sign`, empty values left out, sorted by name in byte order, `name=value`
//! joined with `&`, values as they are and not URL-encoded. Unknown fields count too.

/// The signed text of these fields.
pub fn signed_text<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut signed: Vec<(&str, &str)> = fields
        .into_iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty())
        .collect();
    signed.sort_unstable();
    signed
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_sorted_by_bytes_and_values_stay_as_they_are() {
        let fields = [
            ("b", "2 & 3=5"),
            ("sign", "x"),
            ("a_1", "提现"),
            ("B", "https://a/?x=1&y=%20"),
            ("empty", ""),
            ("a", " "),
        ];
        assert_eq!(
            signed_text(fields),
            "B=https://a/?x=1&y=%20&a= &a_1=提现&b=2 & 3=5"
        );
    }
}

//! "Did you mean": the known name nearest to one nobody knows.

/// The end of a complaint about `wanted`: the nearest of `known`, or `otherwise` when none is near.
pub(super) fn suggestion(
    wanted: &str,
    known: impl IntoIterator<Item = impl Into<String>>,
    otherwise: &str,
) -> String {
    let lower = wanted.to_lowercase();
    let closeness =
        |candidate: &str| strsim::normalized_damerau_levenshtein(&lower, &candidate.to_lowercase());
    let nearest = known
        .into_iter()
        .map(|candidate| {
            let candidate = candidate.into();
            (closeness(&candidate), candidate)
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match nearest {
        Some((close, candidate)) if close >= 0.5 => format!("did you mean {candidate:?}?"),
        _ => otherwise.to_owned(),
    }
}

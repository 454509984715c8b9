//! The rules as a page for people: what `docs/check.md` holds.
//!
//! Not here: findings. Main thread.

use super::{RULES, Severity};

/// The page, in Markdown.
pub fn guide() -> String {
    let mut page = String::from(
        "# Route Check\n\n\
         <!-- Written from the table in src/check/rules.rs. To renew it:\n     \
         SWITCHYARD_WRITE_DOCS=1 cargo test --no-default-features --test check -->\n\n\
         Route Check reads the routing and says in plain sentences what in it is probably not meant, and\n\
         what that does to the sound. It warns and offers fixes; it never changes anything by itself. What\n\
         is meant so can be marked as *intended*; the mark is saved in the session.\n\n\
         Mutes and solos come and go all the time while mixing, so what leads where is judged without\n\
         them.\n",
    );
    for (severity, meaning) in [
        (Severity::Error, "Something does not sound, or not as asked for."),
        (Severity::Warning, "It sounds, but hardly as meant."),
        (Severity::Note, "It sounds as meant; something could be simpler."),
    ] {
        page += &format!("\n## {}s\n\n{meaning}\n", severity.name());
        for rule in RULES.iter().filter(|rule| rule.severity == severity) {
            page += &format!(
                "\n### {}\n\n`{}`{}\n\n{}\n\n*What helps:* {}\n",
                rule.title,
                rule.id,
                if rule.observed { ", seen while running" } else { "" },
                rule.why,
                rule.help
            );
        }
    }
    page
}

//! Colours: a qualitative set for groups and a sequential scale for matrices, both safe for
//! colour-blind readers.

use super::scene::Rgb;

/// Titles and labels.
pub(super) const INK: Rgb = Rgb(0x22, 0x22, 0x22);
/// Subtitles, axis captions and tick labels.
pub(super) const QUIET: Rgb = Rgb(0x5C, 0x5C, 0x5C);
/// Grid lines.
pub(super) const GRID: Rgb = Rgb(0xE6, 0xE6, 0xE6);
/// Reference lines and axis lines.
pub(super) const RULE: Rgb = Rgb(0x9A, 0x9A, 0x9A);

/// Okabe and Ito's set with a wine red in place of its yellow, which is too pale on white; grey is
/// for the rest.
pub(super) const GROUPS: [Rgb; 8] = [
    Rgb(0x00, 0x72, 0xB2),
    Rgb(0xD5, 0x5E, 0x00),
    Rgb(0x00, 0x9E, 0x73),
    Rgb(0xCC, 0x79, 0xA7),
    Rgb(0xE6, 0x9F, 0x00),
    Rgb(0x56, 0xB4, 0xE9),
    Rgb(0x22, 0x22, 0x22),
    Rgb(0x88, 0x22, 0x55),
];

/// Everything beyond the eight coloured groups.
pub(super) const OTHERS: Rgb = Rgb(0xA0, 0xA0, 0xA0);

/// Colour of the `rank`-th group.
pub(super) fn group(rank: usize) -> Rgb {
    GROUPS.get(rank).copied().unwrap_or(OTHERS)
}

/// Sequential scale from pale to dark: OKLab lightness falls in even steps from 0.955 to 0.255, so
/// equal differences of value look equally large and survive a grey print.
const SEQUENTIAL: [u32; 64] = [
    0xEEF8B3, 0xE7F5AE, 0xE0F3AA, 0xD9F0A7, 0xD1EEA3, 0xCAECA0, 0xC2E99D, 0xBAE79B, //
    0xB2E499, 0xA9E297, 0xA1DF96, 0x98DD95, 0x8FDA94, 0x85D894, 0x7BD593, 0x71D293, //
    0x67CF93, 0x5CCD94, 0x50CA94, 0x43C795, 0x33C396, 0x1FC097, 0x04BD98, 0x01B899, //
    0x03B499, 0x0AAF9A, 0x06AB9A, 0x05A79A, 0x09A399, 0x019F99, 0x0A9A98, 0x079697, //
    0x089295, 0x0A8E94, 0x038A93, 0x098691, 0x068290, 0x047E8E, 0x047A8D, 0x06768B, //
    0x087289, 0x046E87, 0x016A86, 0x066683, 0x056382, 0x005F81, 0x015B7F, 0x04577C, //
    0x02537B, 0x024F7A, 0x024B78, 0x004777, 0x004377, 0x013F76, 0x073B73, 0x0E376E, //
    0x12336A, 0x153066, 0x172C61, 0x19295D, 0x1A2558, 0x1B2254, 0x1B1F4F, 0x1B1B4A,
];

/// Number of steps of the sequential scale.
pub(super) const LEVELS: usize = SEQUENTIAL.len();

/// Colour of a level of the sequential scale; levels beyond the end are the last.
pub(super) fn sequential(level: usize) -> Rgb {
    let value = SEQUENTIAL[level.min(LEVELS - 1)];
    Rgb((value >> 16) as u8, (value >> 8) as u8, value as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequential_scale_only_gets_darker() {
        let luma = |level| {
            let Rgb(r, g, b) = sequential(level);
            2126 * u32::from(r) + 7152 * u32::from(g) + 722 * u32::from(b)
        };
        assert!((1..LEVELS).all(|level| luma(level) < luma(level - 1)));
    }
}

/**
 * RFC 5892 for the labels that UTS #46 has let pass: it keeps symbols and punctuation for
 * compatibility with IDNA 2003, and in lists those are nearly always a broken encoding.
 *
 * Limitations: the general categories are those of the Unicode version of the runtime, so a letter
 * younger than it is refused. Its A-label is not.
 */

// RFC 5892 §2.1 LetterDigits, after UTS #46 has mapped away upper case and compatibility forms;
// §2.6 exceptions; §2.8 JoinControl, whose context UTS #46 checks (CheckJoiners).
const ALLOWED =
  /^[-_a-z0-9\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb\u200c\u200d]+$/u

// RFC 5892 §2.6 (disallowed exceptions) and §2.9 OldHangulJamo.
const DISALLOWED =
  /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u

// RFC 5892 appendix A.3 to A.9: each pattern matches where the rule is broken.
const OUT_OF_CONTEXT = [
  /(?<!l)\u00b7|\u00b7(?!l)/u,
  /\u0375(?!\p{Script=Greek})/u,
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u,
  /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/u,
]
const KATAKANA_DOT = '\u30fb'
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

/** Whether IDNA 2008 allows every code point of `label` where it stands. `label` has passed UTS #46. */
export function isIdna2008Label(label: string): boolean {
  if (!ALLOWED.test(label) || DISALLOWED.test(label)) return false
  if (OUT_OF_CONTEXT.some((pattern) => pattern.test(label))) return false
  return !label.includes(KATAKANA_DOT) || JAPANESE.test(label.replaceAll(KATAKANA_DOT, ''))
}

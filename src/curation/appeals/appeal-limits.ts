/** How long an appeal waits for an outcome, and how much there may be of what anybody can hand in. */
export const APPEAL_LIMITS = {
  /** Days from the opening to the last day for an outcome. */
  days: 14,
  /** Characters of what it is about: a value may be a URL. */
  about: 8192,
  /** Parts between the slashes of a URL. */
  segments: 64,
  grounds: 4000,
  contact: 300,
  /** Characters of a message, an answer, a note or a reason. */
  text: 4000,
  /** Of the appellant, in one case. */
  messages: 100,
  /** Appeals that are looked at for one page: most may be others'. */
  looked: 500,
  /** In one page: each may have many messages. */
  page: 50,
  /** Open cases in all. */
  open: 10_000,
} as const

/** What was urgent. */
export const urgent = {
  title: 'Urgent',
  about: 'What was decided urgently, newest first.',
  empty: 'Nothing was.',
  since: 'Time since',
  seconds: (count: number) => `${count} s`,
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  days: (count: number) => `${count} days`,
  review: 'Review',
  noReview: 'none',
  retire: 'Retire at once',
  retireHint: 'Effective by one person, published immediately, and looked at afterwards.',
  retireGo: 'Retire and publish now',
} as const

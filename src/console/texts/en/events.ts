/** The chain of decisions. */
export const events = {
  title: 'Audit events',
  about:
    'Everything that was done, newest first. Nothing in it can be changed without its being found («bailiwick events check»).',
  number: 'Number',
  subject: 'What it is about',
  from: 'From (UTC)',
  to: 'Before (UTC)',
  empty: 'There are none here.',
  goOn: 'So many were looked through; older ones are on the next page.',
} as const

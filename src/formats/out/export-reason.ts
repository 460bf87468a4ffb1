/**
 * Why an entry is missing from an export, or says something else there: a word for machines, and for the header of the
 * export the sentence that follows its count. `docs/spec/exports.md` §3.
 */
export const EXPORT_REASONS = {
  below: 'what lies below a name cannot be said here',
  covered: 'a listed name above decides it already',
  excepted: 'an exception for a name above wins here',
  host: 'one name alone; readers of this format may block what lies below it too',
  ip: 'addresses cannot be said here',
  listed: 'the host of this URL is itself listed, and is not steered',
  mixed: 'the name and what lies below it get one answer here, the one for what lies below',
  name: 'only URLs can be said here',
  nodata: 'answered with no data instead',
  nxdomain: 'answered with NXDOMAIN instead',
  passthru: 'exceptions cannot be said here',
  subdomains: 'what lies below a name cannot be said here without the name',
  'tcp-only': 'forcing TCP cannot be said here, and is no block',
  'too-long': 'too long for this format',
  unredirected: 'blocked, but not redirected',
  unsteered: 'the host of this URL is an address, or no host name for an address record',
  url: 'single URLs cannot be said here',
} as const

export type ExportReason = keyof typeof EXPORT_REASONS

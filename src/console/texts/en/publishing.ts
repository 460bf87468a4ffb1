/** Publishing by hand. */
export const publishing = {
  title: (list: string) => `Publish ${list}`,
  nothing: 'There is nothing to publish.',
  serialStands: (serial: number) => `Serial ${serial} stands.`,
  next: 'Next serial',
  entries: 'Entries then',
  changes: 'Lines that come and go',
  redefined: 'The public definition is a new one.',
  breaker: 'The circuit breaker stops it',
  override: 'Why it is to be published all the same',
  overrideHint: 'Kept with the serial. Only where the circuit breaker stops it.',
  go: 'Publish now',
  lines: 'What would come and go',
} as const

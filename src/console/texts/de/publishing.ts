/** Veröffentlichen von Hand. */
export const publishing = {
  title: (list: string) => `${list} veröffentlichen`,
  nothing: 'Es gibt nichts zu veröffentlichen.',
  serialStands: (serial: number) => `Serial ${serial} gilt.`,
  next: 'Nächste Serial',
  entries: 'Einträge dann',
  changes: 'Zeilen, die kommen und gehen',
  redefined: 'Die öffentliche Definition ist eine neue.',
  breaker: 'Der Schutzschalter hält sie auf',
  override: 'Warum sie trotzdem veröffentlicht werden soll',
  overrideHint: 'Bleibt bei der Serial stehen. Nur, wo der Schutzschalter sie aufhält.',
  go: 'Jetzt veröffentlichen',
  lines: 'Was kommen und gehen würde',
} as const

import type { Texts } from '../texts.ts'

export const events: Texts['events'] = {
  title: 'Prüfereignisse',
  about:
    'Alles, was getan wurde, das Neueste zuerst. Nichts daran lässt sich ändern, ohne dass es auffällt («bailiwick events check»).',
  number: 'Nummer',
  subject: 'Worum es geht',
  from: 'Von (UTC)',
  to: 'Vor (UTC)',
  empty: 'Hier gibt es keine.',
  goOn: 'So viele wurden durchgesehen; ältere stehen auf der nächsten Seite.',
}

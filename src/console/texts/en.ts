import { api } from './en/api.ts'
import { decisions } from './en/decisions.ts'
import { publishing } from './en/publishing.ts'
import { reviews } from './en/reviews.ts'
import { urgent } from './en/urgent.ts'
import { events } from './en/events.ts'
import { everywhere } from './en/everywhere.ts'
import { imports } from './en/imports.ts'
import { people } from './en/people.ts'
import { proposals } from './en/proposals.ts'
import { reading } from './en/reading.ts'
import { register } from './en/register.ts'
import { reports } from './en/reports.ts'
import { session } from './en/session.ts'

/** Every text that people read, in English; the other languages have the same shape. */
export const en = {
  // One noun in each line.
  ...everywhere,
  events,
  imports,
  people,
  proposals,
  reading,
  register,
  reports,
  session,
}
export const en = { ...everywhere, imports, proposals, reports, session, events }
  ...everywhere,
  proposals,
  reports,
  session,
  events,
  api,
  decisions,
  publishing,
  reviews,
  urgent,
}

import { api } from './en/api.ts'
import { appeals } from './en/appeals.ts'
import { decisions } from './en/decisions.ts'
import { events } from './en/events.ts'
import { everywhere } from './en/everywhere.ts'
import { imports } from './en/imports.ts'
import { people } from './en/people.ts'
import { proposals } from './en/proposals.ts'
import { publishing } from './en/publishing.ts'
import { reading } from './en/reading.ts'
import { register } from './en/register.ts'
import { reports } from './en/reports.ts'
import { reviews } from './en/reviews.ts'
import { session } from './en/session.ts'
import { subscribers } from './en/subscribers.ts'
import { urgent } from './en/urgent.ts'

/** Every text that people read, in English; the other languages have the same shape. */
export const en = {
  // One noun in each line.
  ...everywhere,
  api,
  appeals,
  decisions,
  events,
  imports,
  people,
  proposals,
  publishing,
  reading,
  register,
  reports,
  reviews,
  session,
  subscribers,
  urgent,
}

import { api } from './de/api.ts'
import { appeals } from './de/appeals.ts'
import { decisions } from './de/decisions.ts'
import { events } from './de/events.ts'
import { everywhere } from './de/everywhere.ts'
import { imports } from './de/imports.ts'
import { people } from './de/people.ts'
import { proposals } from './de/proposals.ts'
import { publishing } from './de/publishing.ts'
import { reading } from './de/reading.ts'
import { register } from './de/register.ts'
import { reports } from './de/reports.ts'
import { reviews } from './de/reviews.ts'
import { session } from './de/session.ts'
import { subscribers } from './de/subscribers.ts'
import { urgent } from './de/urgent.ts'
import type { Texts } from './texts.ts'

export const de: Texts = {
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

import { EVENT_OPERATIONS } from './event-operations.ts'
import { DECISION_OPERATIONS } from './decision-operations.ts'
import { PUBLISHING_OPERATIONS } from './publishing-operations.ts'
import { REVIEW_OPERATIONS } from './review-operations.ts'
import { URGENT_OPERATIONS } from './urgent-operations.ts'
import type { AnyOperation } from './operation.ts'
import { ENTRY_OPERATIONS } from './entry-operations.ts'
import { LIST_OPERATIONS } from './list-operations.ts'
import { OVERVIEW_OPERATIONS } from './overview-operations.ts'
import { IMPORT_OPERATIONS } from './import-operations.ts'
import { PASSKEY_OPERATIONS } from './passkey-operations.ts'
import { IDENTITY_OPERATIONS } from './identity-operations.ts'
import { PEOPLE_OPERATIONS } from './people-operations.ts'
import { REGISTER_OPERATIONS } from './register-operations.ts'
import { PROPOSAL_OPERATIONS } from './proposal-operations.ts'
import { SEARCH_OPERATIONS } from './search-operations.ts'
import { APPEAL_OPERATIONS } from './appeal-operations.ts'
import { SUBSCRIBER_OPERATIONS } from './subscriber-operations.ts'
import { REPORT_OPERATIONS } from './report-operations.ts'

/** Everything that can be asked of an authority beyond what it has published. */
export const ALL_OPERATIONS: readonly AnyOperation[] = [
  ...IMPORT_OPERATIONS,
  ...PROPOSAL_OPERATIONS,
  ...SEARCH_OPERATIONS,
  ...ENTRY_OPERATIONS,
  ...LIST_OPERATIONS,
  ...OVERVIEW_OPERATIONS,
  ...REPORT_OPERATIONS,
  ...APPEAL_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...REGISTER_OPERATIONS,
  ...PEOPLE_OPERATIONS,
  ...SUBSCRIBER_OPERATIONS,
  ...PASSKEY_OPERATIONS,
  ...IDENTITY_OPERATIONS,
  ...DECISION_OPERATIONS,
  ...REVIEW_OPERATIONS,
  ...PUBLISHING_OPERATIONS,
  ...URGENT_OPERATIONS,
]

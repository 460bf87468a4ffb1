import { OPEN_CASE, APPEAL_FORM_PAGE } from './appeals/appeal-form.tsx'
import { APPEALS_PAGE } from './appeals/appeal-list.tsx'
import { SHOW_STATUS, STATUS_PAGE, WRITE_MESSAGE } from './appeals/appeal-status.tsx'
import { APPEAL_ACTIONS, APPEAL_PAGE } from './appeals/appeal.tsx'
import { EVENTS_PAGE } from './audit/events-page.tsx'
import { DECISION_PAGE } from './decisions/decision.tsx'
import { DECISIONS_PAGE } from './decisions/decision-list.tsx'
import { PUBLISH_NOW, PUBLISH_PAGE } from './publishing/publish.tsx'
import { END_REVIEW, REVIEW_PAGE } from './reviews/review.tsx'
import { ASK_REVIEW, REVIEWS_PAGE } from './reviews/review-list.tsx'
import { RETIRE_AT_ONCE, URGENT_PAGE } from './urgent/urgent-page.tsx'
import type { FormAction, Page, Place } from './page.ts'
import { IMPORT_PAGE } from './imports/import-form.tsx'
import { IMPORT_ACTIONS, PREVIEW_PAGE } from './imports/import-preview.tsx'
import { KEYS_PAGE, MAKE_KEY, REVOKE_KEY } from './people/keys-page.tsx'
import { USER_ACTIONS, USER_PAGE } from './people/user-page.tsx'
import { ADD_ORGANISATION, ADD_USER, USERS_PAGE } from './people/users-page.tsx'
import { LINES_PAGE } from './proposals/lines-page.tsx'
import { PROPOSAL_ACTIONS } from './proposals/proposal-actions.ts'
import { PROPOSAL_PAGE } from './proposals/proposal.tsx'
import { PROPOSE, PROPOSE_PAGE } from './proposals/propose.tsx'
import { APPROVE_BATCH, QUEUE_PAGE } from './proposals/queue.tsx'
import { DIFFERENCE_PAGE } from './reading/difference.tsx'
import { ENTRY_PAGE, RETIRE_ENTRY } from './reading/entry.tsx'
import { LIST_PAGE, LISTS_PAGE } from './reading/lists.tsx'
import { OVERVIEW_PAGE } from './reading/overview.tsx'
import { PUBLICATIONS_PAGE } from './reading/publications.tsx'
import { SEARCH_PAGE } from './reading/search.tsx'
import { ADD_TO_REGISTER, REGISTER_PAGE, REMOVE_FROM_REGISTER } from './register/register-page.tsx'
import { HAND_IN, HAND_IN_PAGE } from './reports/hand-in.tsx'
import { ANSWER_ACTIONS, REPORTS_PAGE } from './reports/report-list.tsx'
import { REPORT_PAGE, WITHDRAW_REPORT } from './reports/report.tsx'
import { ADD_SUBSCRIBER_FORM, SUBSCRIBERS_PAGE } from './subscribers/subscriber-list.tsx'
import { SUBSCRIBER_ACTIONS } from './subscribers/subscriber-actions.ts'
import { SUBSCRIBER_PAGE } from './subscribers/subscriber.tsx'
import { SESSION_PAGES } from './session/add-session-pages.tsx'

/** Every page of the console. */
export const PAGES: readonly Page[] = [
  ...[OVERVIEW_PAGE, SEARCH_PAGE, ENTRY_PAGE, LISTS_PAGE, LIST_PAGE],
  ...[PUBLICATIONS_PAGE, DIFFERENCE_PAGE],
  ...[QUEUE_PAGE, PROPOSAL_PAGE, LINES_PAGE, PROPOSE_PAGE],
  ...[IMPORT_PAGE, PREVIEW_PAGE],
  ...[REPORTS_PAGE, HAND_IN_PAGE, REPORT_PAGE],
  ...[APPEAL_FORM_PAGE, STATUS_PAGE, APPEALS_PAGE, APPEAL_PAGE],
  ...[REGISTER_PAGE, USERS_PAGE, USER_PAGE, KEYS_PAGE, EVENTS_PAGE],
  ...[SUBSCRIBERS_PAGE, SUBSCRIBER_PAGE],
  EVENTS_PAGE,
  ...[DECISIONS_PAGE, DECISION_PAGE, REVIEWS_PAGE, REVIEW_PAGE, PUBLISH_PAGE, URGENT_PAGE],
  ...SESSION_PAGES,
]

/** What the forms on them do. */
export const ACTIONS: readonly FormAction[] = [
  ...[APPROVE_BATCH, PROPOSE, ...PROPOSAL_ACTIONS],
  ...IMPORT_ACTIONS,
  RETIRE_ENTRY,
  ...[ASK_REVIEW, END_REVIEW, PUBLISH_NOW, RETIRE_AT_ONCE],
  ...[HAND_IN, WITHDRAW_REPORT, ...ANSWER_ACTIONS],
  ...[OPEN_CASE, SHOW_STATUS, WRITE_MESSAGE, ...APPEAL_ACTIONS],
  ...[ADD_SUBSCRIBER_FORM, ...SUBSCRIBER_ACTIONS],
  ...[ADD_TO_REGISTER, REMOVE_FROM_REGISTER],
  ...[ADD_USER, ADD_ORGANISATION, ...USER_ACTIONS, MAKE_KEY, REVOKE_KEY],
]

/** The navigation. */
export const PLACES: readonly Place[] = [
  { path: '/console', text: 'overview', acts: ['read-entries'] },
  { path: '/console/queue', text: 'queue', acts: ['read-reasons'] },
  { path: '/console/search', text: 'search', acts: ['read-entries'] },
  {
    ...{ path: '/console/propose', text: 'propose' },
    acts: ['propose-add', 'propose-retire', 'propose-amend', 'urgent-retire'],
  },
  { path: '/console/import', text: 'import', acts: ['propose-add'] },
  { path: '/console/lists', text: 'lists', acts: ['read-entries'] },
  { path: '/console/publications', text: 'publications', acts: ['read-entries'] },
  { path: '/console/reports', text: 'reports', acts: ['read-own-reports'] },
  { path: '/console/appeals', text: 'appeals', acts: ['read-appeals'] },
  { path: '/console/register', text: 'register', acts: ['read-entries'] },
  { path: '/console/subscribers', text: 'subscribers', acts: ['read-subscribers'] },
  { path: '/console/users', text: 'users', acts: ['read-users'] },
  { path: '/console/decisions', text: 'decisions', acts: ['read-reasons'] },
  { path: '/console/urgent', text: 'urgent', acts: ['read-reasons'] },
  { path: '/console/reviews', text: 'reviews', acts: ['read-reasons'] },
  { path: '/console/events', text: 'events', acts: ['read-events'] },
  { path: '/console/api', text: 'api', acts: [] },
  { path: '/console/account', text: 'account', acts: [] },
]

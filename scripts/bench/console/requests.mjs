// What `every.mjs` asks for each operation and page: one request at least, more where it is asked otherwise, too.
import { nameOf, OFTEN, SUBSCRIBER } from './served.mjs'

/** Gives the requests; throws for an operation or a page that has none. */
export async function requestsFor(
  served,
  { ALL_OPERATIONS, PAGES },
  { entries, decisions, preview },
) {
  const last = Math.ceil(decisions / 10)
  const some = Math.max(1, last - 100)
  const value = nameOf(777_777 % entries)
  const { appealCode, proposal } = served.made
  const [{ review }] = JSON.parse((await served.get('/v1/reviews?limit=1')).text).items
  const entrySql = `SELECT * FROM entries JOIN decisions ON decisions.id = added_by WHERE value = '${value}' AND entries.list_id = 1 AND retired_by IS NULL`
  const between = (from) =>
    `SELECT value FROM entries WHERE list_id = 1 AND added_by > ${(from - 1) * 10 + 1} AND added_by <= ${(last - 1) * 10 + 1} ORDER BY value LIMIT 201`
  const search = (text) =>
    `SELECT value, kind FROM entries WHERE list_id = 1 AND retired_by IS NULL AND value LIKE '%${text}%' LIMIT 51`
  const newest = (table, key = 'id') => `SELECT * FROM ${table} ORDER BY ${key} DESC LIMIT 51`
  const lapses = `SELECT d.expires_on, count(*) FROM decisions AS d JOIN entries AS e ON e.added_by = d.id AND e.list_id = 1 AND e.retired_by IS NULL
    WHERE d.list_id = 1 AND d.expires_on <= date('now', '+14 days') GROUP BY 1`
  /** By id: what stands behind the path, what is put in its place, and the query beside it. */
  const operations = {
    showImport: [[{ import: preview }]],
    showRefusedLines: [[{ import: preview }]],
    listProposals: [
      [{}, '', newest('proposals')],
      [{}, 'state=decided'],
    ],
    showProposal: [[{ proposal }]],
    listProposalLines: [[{ proposal }]],
    showImpact: [[{ proposal }]],
    search: [
      [{}, 'q=bank', search('bank')],
      [{}, 'q=zzzqy', search('zzzqy')],
      [{}, `q=${value}`, search(value)],
    ],
    showEntry: [
      [{}, `value=${value}`, entrySql],
      [{}, `value=${OFTEN}`],
    ],
    listCuratedLists: [[{}]],
    showCuratedList: [[{ list: 'bench' }]],
    showDifference: [
      [{ list: 'bench' }, `from=${last - 1}&to=${last}`],
      [{ list: 'bench' }, `from=${some}&to=${last}`, between(some)],
      [{ list: 'bench' }, `from=1&to=${last}`, between(1)],
    ],
    listPublications: [[{}, '', newest('publications')]],
    showOverview: [[{}], [{}, 'days=366']],
    listReports: [
      [{}, '', newest('reports')],
      [{}, 'state=open'],
      [{}, 'state=duplicate'],
    ],
    showReport: [[{ report: 'r3' }]],
    showAppealStatistics: [[{}]],
    showAppealStatus: [[{ code: appealCode }]],
    listAppeals: [[{}, '', newest('appeals')]],
    showAppeal: [[{ appeal: 'a1' }]],
    listEvents: [
      [{}, '', newest('events', 'number')],
      [{}, 'act=override'],
      [{}, 'list=bench&actor=nobody'],
    ],
    showRegister: [[{}], [{}, 'text=zzz']],
    listRegisterChanges: [[{}]],
    listUsers: [[{}]],
    showUser: [[{ user: 'anna' }]],
    listOrganisations: [[{}]],
    listApiKeys: [[{}]],
    listDecisions: [
      [{}, '', newest('decisions')],
      [{}, 'act=add', `SELECT * FROM decisions WHERE act = 'add' ORDER BY id DESC LIMIT 51`],
      [{}, 'urgent=true', `SELECT * FROM decisions WHERE urgent ORDER BY id DESC LIMIT 51`],
    ],
    showDecision: [[{ decision: '1' }], [{ decision: String(decisions) }]],
    listDecisionLines: [
      [
        { decision: '1' },
        '',
        `SELECT value FROM entries WHERE list_id = 1 AND added_by = 1 ORDER BY value LIMIT 51`,
      ],
      [{ decision: String(decisions) }],
    ],
    listReviews: [[{}], [{}, 'state=done']],
    showReview: [[{ review: String(review) }]],
    listLapses: [[{}, '', lapses]],
    planPublishing: [[{ list: 'bench' }]],
    listPlannedLines: [[{ list: 'bench' }]],
    listUrgent: [[{}]],
    listManagedSubscribers: [[{}]],
    showSubscriber: [[{ subscriber: SUBSCRIBER }]],
    showSubscriberPulls: [[{ subscriber: SUBSCRIBER }]],
    // The list has no zone, so this is refused: with one the server would make it meanwhile.
    showSubscriberConfiguration: [
      [{ subscriber: SUBSCRIBER }, 'server=bind&primary=192.0.2.1:53', undefined, 400],
    ],
    listPasskeys: [[{ user: 'anna' }]],
  }
  const pages = {
    '/console': [[{}]],
    '/console/search': [[{}], [{}, 'q=bank', search('bank')], [{}, 'q=zzzqy', search('zzzqy')]],
    '/console/entries': [
      [{}, `value=${value}`, entrySql],
      [{}, `value=${OFTEN}`],
    ],
    '/console/lists': [[{}]],
    '/console/lists/:list': [[{ list: 'bench' }]],
    '/console/publications': [[{}, '', newest('publications')]],
    '/console/publications/:list/:range': [
      [{ list: 'bench', range: `${last - 1}..${last}` }],
      [{ list: 'bench', range: `${last}..${last - 1}` }],
      [{ list: 'bench', range: `${some}..${last}` }, '', between(some)],
      [{ list: 'bench', range: `1..${last}` }, '', between(1)],
    ],
    '/console/queue': [[{}]],
    '/console/proposals/:proposal': [[{ proposal }]],
    '/console/proposals/:proposal/lines': [[{ proposal }]],
    '/console/propose': [[{}]],
    '/console/import': [[{}]],
    '/console/import/:import': [[{ import: preview }]],
    '/console/reports': [
      [{}, '', newest('reports')],
      [{}, 'state='],
      [{}, 'state=duplicate'],
      [{}, 'state=rejected'],
    ],
    '/console/reports/new': [[{}]],
    '/console/reports/:report': [[{ report: 'r3' }]],
    '/console/register': [[{}]],
    '/console/users': [[{}]],
    '/console/users/:user': [[{ user: 'anna' }]],
    '/console/api-keys': [[{}]],
    '/console/events': [[{}, '', newest('events', 'number')]],
    '/console/decisions': [[{}, '', newest('decisions')]],
    '/console/decisions/:decision': [[{ decision: '1' }], [{ decision: String(decisions) }]],
    '/console/reviews': [[{}]],
    '/console/reviews/:review': [[{ review: String(review) }]],
    '/console/publish/:list': [[{ list: 'bench' }]],
    '/console/urgent': [[{}]],
    '/appeal': [[{}]],
    '/appeal/status': [[{}]],
    '/console/appeals': [[{}]],
    '/console/appeals/:appeal': [[{ appeal: 'a1' }]],
    '/console/subscribers': [[{}]],
    '/console/subscribers/:subscriber': [[{ subscriber: SUBSCRIBER }]],
    '/console/sign-in': [[{}]],
    '/console/sign-in/code': [[{}]],
    '/console/invitation': [[{}]],
    '/console/account': [[{}]],
    '/console/account/second-factor': [[{}]],
  }
  const row =
    (name, path, isAnonymous) =>
    ([params, query = '', sql, status]) => {
      const filled = path.replace(/\{(\w+)\}|:(\w+)/g, (_, a, b) => params[a ?? b])
      const shown = [query, params.decision, params.range].filter(Boolean).join(' ')
      return {
        ...{ what: `${name} ${shown}`.trim(), sql, isAnonymous, status },
        at: query === '' ? filled : `${filled}?${query}`,
      }
    }
  const found = (table, key) => {
    if (table[key] === undefined) throw new Error(`scripts/bench/console/requests.mjs lacks ${key}`)
    return table[key]
  }
  const gets = ALL_OPERATIONS.filter(({ method }) => method === 'get')
  return [
    ...[...new Set(PAGES)].flatMap(({ path, isOpen }) =>
      found(pages, path).map(row(path, path, isOpen === true)),
    ),
    {
      what: 'search as it is typed',
      at: '/console/search/results?q=bankpay',
      sql: search('bankpay'),
    },
    ...gets.flatMap(({ id, path, isOpen }) =>
      found(operations, id).map(row(id, path, isOpen === true)),
    ),
    ...['/v1/me', '/v1/openapi.json', '/console/api'].map((at) => ({ what: at, at })),
  ]
}

/** Parts of paths behind `/v1/` that people use; what isn't here is for subscribers. */
const NOUNS = [
  // One in each line.
  'session',
  'me',
  'openapi.json',
  'imports',
  'proposals',
  'search',
  'entries',
  'curated-lists',
  'publications',
  'overview',
  'reports',
  'appeals',
  'events',
  'register',
  'users',
  'organisations',
  'api-keys',
  'managed-subscribers',
  'decisions',
  'reviews',
  'lapses',
  'publishing',
  'urgent',
  'docs',
]

const PATHS = new RegExp(
  `^/(?:console|appeal)(?:/|$)|^/v1/(?:${NOUNS.join('|').replaceAll('.', '[.]')})(?:/|$)`,
)

/** Whether the console answers a path. */
export function isConsolePath(path: string): boolean {
  return PATHS.test(path)
}

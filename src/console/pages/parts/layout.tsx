import type { Child } from 'hono/jsx'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { LANGUAGES } from '../../texts/languages.ts'
import type { Assets } from '../assets.ts'
import type { Place, Shown } from '../page.ts'
import { mayAnywhere, type Visit } from '../visit.ts'
import { Hidden } from './form.tsx'

interface LayoutProps {
  readonly visit: Visit
  readonly shown: Pick<Shown, 'title' | 'refreshAfterS' | 'usesPasskeys' | 'goOnTo'>
  /** Of the whole console; those that whoever looks can't use are left out. */
  readonly places: readonly Place[]
  /** What has just been done. */
  readonly done: string | null
  readonly assets: Assets
  readonly children?: Child
}

/** The frame of every page. */
export function Layout(props: LayoutProps): JSX.Element {
  const { visit, shown, done, assets, children } = props
  const { t, nonce } = visit
  return (
    <html lang={t.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {shown.refreshAfterS !== undefined && (
          <meta http-equiv="refresh" content={String(shown.refreshAfterS)} />
        )}
        {/* No redirect: what a form leads to is kept here by the policy, and issuers lead on to wherever they like. */}
        {shown.goOnTo !== undefined && (
          <meta http-equiv="refresh" content={`0; url=${shown.goOnTo.href}`} />
        )}
        <title>{`${shown.title} · ${t.product}`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assets.style} nonce={nonce} />
        <script src={assets.script} nonce={nonce} defer></script>
        {shown.usesPasskeys === true && <script src={assets.passkeys} nonce={nonce} defer></script>}
      </head>
      <body>
        <a class="skip" href="#content">
          {t.skip}
        </a>
        <Header {...props} />
        <main id="content" tabindex={-1}>
          <h1>{shown.title}</h1>
          {/* Always there, so that what comes into it is read out. */}
          <div role="status" class="done">
            {done !== null && <p>{done}</p>}
          </div>
          {children}
        </main>
        <footer>
          <LanguageForm visit={visit} />
        </footer>
      </body>
    </html>
  )
}

function Header({ visit, places }: LayoutProps): JSX.Element {
  const { t, caller, person, url } = visit
  if (caller === null) {
    return (
      <header>
        <p class="product">{t.product}</p>
      </header>
    )
  }
  const usable = places.filter(({ acts }) => acts.length === 0 || mayAnywhere(visit, acts))
  return (
    <header>
      <p class="product">
        <a href="/console">{t.product}</a>
      </p>
      <nav aria-label={t.navigationLabel}>
        <ul>
          {usable.map(({ path, text }) => (
            <li>
              <a href={path} aria-current={url.pathname === path ? 'page' : undefined}>
                {t.navigation[text]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <form method="post" action="/console/sign-out" class="who">
        <Hidden visit={visit} />
        <span>{t.signedInAs(person.name, person.organisation.name)}</span>
        <button type="submit" class="quiet">
          {t.signOut}
        </button>
      </form>
    </header>
  )
}

function LanguageForm({ visit }: { readonly visit: Visit }): JSX.Element {
  const { t, url } = visit
  return (
    <form method="post" action="/console/language" aria-label={t.otherLanguages}>
      <Hidden visit={visit} />
      <input type="hidden" name="back" value={url.pathname + url.search} />
      {Object.entries(LANGUAGES).map(([language, { languageName }]) => (
        <button
          type="submit"
          class="quiet"
          name="language"
          value={language}
          lang={language}
          aria-pressed={language === t.language ? 'true' : 'false'}
        >
          {languageName}
        </button>
      ))}
    </form>
  )
}

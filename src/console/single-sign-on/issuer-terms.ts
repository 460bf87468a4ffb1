/** An issuer as the operator has named it. */
export interface IssuerConfig {
  /** In paths and commands. */
  readonly id: string
  /** What people read on the button. */
  readonly title: string
  /** Its URL, to the letter: identities are kept by it. */
  readonly issuer: string
  readonly clientId: string
  /** Left out: the environment or a credential of systemd has it. */
  readonly clientSecretFile?: string
  readonly scopes: readonly string[]
  /** What its word must say to count as two factors; none of both: it never does. */
  readonly twoFactor: {
    /** Values of the claim `acr`. */
    readonly acr: readonly string[]
    /** Members of the claim `amr`. */
    readonly amr: readonly string[]
  }
  /** Whether it may be asked without TLS, which only this very host may. */
  readonly allowHttpOnLoopback: boolean
}

/** The same, with what authenticates us to it. */
export interface IssuerTerms extends Omit<IssuerConfig, 'clientSecretFile'> {
  readonly clientSecret: string
}

/** What pages need to know of it. */
export type IssuerName = Pick<IssuerConfig, 'id' | 'title' | 'issuer'>

/** The issuer of that id; null where the configuration has none. */
export function findIssuer<T extends IssuerName>(issuers: readonly T[], id: string): T | null {
  return issuers.find((one) => one.id === id) ?? null
}

/** The id of an issuer of that URL, or the URL where the configuration has it no more. */
export function printIssuer(issuers: readonly IssuerName[], issuer: string): string {
  return issuers.find((one) => one.issuer === issuer)?.id ?? issuer
}

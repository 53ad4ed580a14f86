/** Losant's own client has no types. These are the parts that the first draft uses. */
declare module "losant-rest" {
  export interface ListedToken {
    readonly id: string;
    readonly name: string;
    readonly description?: string;
    readonly scope: readonly string[];
    readonly status: "active" | "inactive";
    readonly creationDate: string;
    readonly expirationDate?: string;
  }

  export interface LosantClient {
    readonly applicationApiTokens: {
      get(query: {
        readonly applicationId: string;
        readonly page: number;
        readonly perPage: number;
      }): Promise<{ readonly items: readonly ListedToken[]; readonly totalCount: number }>;
      post(order: {
        readonly applicationId: string;
        readonly apiToken: {
          readonly name: string;
          readonly scope: readonly string[];
          readonly expirationDate: string;
        };
      }): Promise<ListedToken & { readonly token: string }>;
    };
  }

  export function createClient(options: {
    readonly accessToken: string;
    readonly url?: string | undefined;
  }): LosantClient;
}

package ai.adraa.inbox.client;

/**
 * The error codes of the API, which {@link AdraaInboxException#code} returns. A later server may
 * add more.
 */
public final class ErrorCodes {
  /**
   * HTTP 400: The request is not valid HTTP, its path is ambiguous, or its body is not valid JSON.
   */
  public static final String BAD_REQUEST = "BAD_REQUEST";

  /** HTTP 400: A field or parameter is not valid. {@code details} lists each one. */
  public static final String VALIDATION_ERROR = "VALIDATION_ERROR";

  /** HTTP 401: The request has no Authorization header. */
  public static final String MISSING_TOKEN = "MISSING_TOKEN";

  /** HTTP 401: The token is unknown, malformed, expired or revoked. */
  public static final String INVALID_API_TOKEN = "INVALID_API_TOKEN";

  /** HTTP 401: The sign-in code is wrong, used or expired. */
  public static final String INVALID_SIGN_IN_CODE = "INVALID_SIGN_IN_CODE";

  /** HTTP 401: The request has no session. */
  public static final String MISSING_SESSION = "MISSING_SESSION";

  /** HTTP 401: The session has expired, or the agent was signed out. */
  public static final String INVALID_SESSION = "INVALID_SESSION";

  /** HTTP 403: Only workspace admins can manage API tokens. */
  public static final String ADMIN_REQUIRED = "ADMIN_REQUIRED";

  /** HTTP 403: A browser sent the request from another site. */
  public static final String CROSS_ORIGIN_REQUEST = "CROSS_ORIGIN_REQUEST";

  /** HTTP 403: The report is not signed with a key of GitHub. */
  public static final String INVALID_SIGNATURE = "INVALID_SIGNATURE";

  /** HTTP 404: The path does not exist. */
  public static final String NOT_FOUND = "NOT_FOUND";

  /** HTTP 404: The workspace does not exist, or you are not a member of it. */
  public static final String WORKSPACE_NOT_FOUND = "WORKSPACE_NOT_FOUND";

  /** HTTP 404: The token does not exist in this workspace. */
  public static final String TOKEN_NOT_FOUND = "TOKEN_NOT_FOUND";

  /** HTTP 405: The path does not support this method. */
  public static final String METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED";

  /** HTTP 406: The Accept header excludes JSON. */
  public static final String NOT_ACCEPTABLE = "NOT_ACCEPTABLE";

  /** HTTP 409: The token is revoked or expired, so it cannot be changed. */
  public static final String TOKEN_NOT_ACTIVE = "TOKEN_NOT_ACTIVE";

  /**
   * HTTP 409: The token has a replacement that is not revoked. {@code replacedBy} of the token is
   * its id.
   */
  public static final String TOKEN_ALREADY_REPLACED = "TOKEN_ALREADY_REPLACED";

  /** HTTP 413: The request body exceeds 64 KiB, or 256 KiB in a report of leaked tokens. */
  public static final String PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE";

  /** HTTP 414: The URL is too long. */
  public static final String URI_TOO_LONG = "URI_TOO_LONG";

  /**
   * HTTP 415: The Content-Type is not {@code application/json}, or the body is compressed or not
   * UTF-8.
   */
  public static final String UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE";

  /**
   * HTTP 429: Too many requests from this IP address, or too many sign-in codes or attempts to sign
   * in with this email address.
   */
  public static final String RATE_LIMIT_EXCEEDED = "RATE_LIMIT_EXCEEDED";

  /** HTTP 431: The request headers are too large. */
  public static final String HEADERS_TOO_LARGE = "HEADERS_TOO_LARGE";

  /** HTTP 500: The server has an internal error. */
  public static final String INTERNAL_ERROR = "INTERNAL_ERROR";

  /** HTTP 503: The server is temporarily unavailable. */
  public static final String SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE";

  private ErrorCodes() {}
}

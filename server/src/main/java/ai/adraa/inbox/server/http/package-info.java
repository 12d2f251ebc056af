/**
 * HTTP without the contract: listener, TLS, the handlers that each request passes, access log and
 * static pages. Handlers before {@code WorkerHandler} never block.
 */
@NullMarked
package ai.adraa.inbox.server.http;

import org.jspecify.annotations.NullMarked;

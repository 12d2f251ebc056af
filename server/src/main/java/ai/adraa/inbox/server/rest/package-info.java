/**
 * The contract's operations over HTTP: resources, authentication, and the mapping of exceptions to
 * status codes and error codes. Only this package implements the generated interfaces.
 */
@NullMarked
package ai.adraa.inbox.server.rest;

import org.jspecify.annotations.NullMarked;

/**
 * The contract's operations over HTTP: resources, authentication, and the mapping of outcomes to
 * status codes and error codes. Only this package knows the generated interfaces.
 */
@NullMarked
package ai.adraa.inbox.server.rest;

import org.jspecify.annotations.NullMarked;

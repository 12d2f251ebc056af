'use strict';

// The contract is a separate script, so that the page also works when opened as a file.
Scalar.createApiReference('#reference', {
  content: window.contract,
  // Makes links such as #tag/tokens/createToken.
  generateOperationSlug: ({ operationId }) => operationId,
  defaultOpenAllTags: true,
  // Each operation shows its request and responses. The guide links the full contract.
  hideModels: true,
  documentDownloadType: 'none',
  metaData: { title: 'Adraa Inbox API reference' },
  // Show only the samples that a test runs.
  hiddenClients: true,
  // Nobody should enter a token on a documentation page, and the page sends no requests.
  hideTestRequestButton: true,
  hideClientButton: true,
  showDeveloperTools: 'never',
  withDefaultFonts: false,
  telemetry: false,
  persistAuth: false,
  agent: { disabled: true },
  mcp: { disabled: true },
});

module github.com/hashicorp/terraform/internal/backend/remote-state/oci

go 1.24

require (
	github.com/hashicorp/terraform v1.13.3
	github.com/zclconf/go-cty v1.16.3
)

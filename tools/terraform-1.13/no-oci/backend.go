// Package oci takes the place of Terraform's backend for Oracle Cloud, which the Go module proxy does not serve.
// It refuses every use; this project keeps its states in S3.
package oci

import (
	"errors"

	"github.com/hashicorp/terraform/internal/backend"
	"github.com/hashicorp/terraform/internal/configs/configschema"
	"github.com/hashicorp/terraform/internal/states/statemgr"
	"github.com/hashicorp/terraform/internal/tfdiags"
	"github.com/zclconf/go-cty/cty"
)

var errAbsent = errors.New("this Terraform was built without the backend oci: use the vendor's Terraform, or another backend")

type absent struct{}

// New returns a backend that refuses to be configured.
func New() backend.Backend { return absent{} }

func (absent) ConfigSchema() *configschema.Block { return &configschema.Block{} }

func (absent) PrepareConfig(config cty.Value) (cty.Value, tfdiags.Diagnostics) {
	return config, tfdiags.Diagnostics{}.Append(errAbsent)
}

func (absent) Configure(cty.Value) tfdiags.Diagnostics { return tfdiags.Diagnostics{}.Append(errAbsent) }

func (absent) StateMgr(string) (statemgr.Full, error) { return nil, errAbsent }

func (absent) DeleteWorkspace(string, bool) error { return errAbsent }

func (absent) Workspaces() ([]string, error) { return nil, errAbsent }

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first that knows the runtime nodejs24.x.
      version = ">= 6.22"
    }
  }
}

"""Operations on matrices, in stacks: products, equations, decompositions, norms and determinants."""
